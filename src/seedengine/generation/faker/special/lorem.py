"""Words, sentences, paragraphs and texts, as Faker's `lorem` makes them."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from faker.providers.lorem import Provider as Lorem

from seedengine.generation.bits import Words, nested, permute
from seedengine.generation.faker.grammar import Elements, Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.columns import Draw, made, texts
from seedengine.generation.faker.special.long_texts import LongText
from seedengine.generation.faker.special.prose import (
    MOST_CHOICES,
    Paragraph,
    Sentence,
    Unit,
    Word,
    about,
    halves,
    scaled,
    starts,
)

_TEXTS = pl.List(pl.String())


def _word(call: Call) -> Node:
    call.expect(Lorem, "words", "get_words_list")
    return Elements(_words(call, call["part_of_speech"]))


def _word_list(call: Call) -> Node:
    call.expect(Lorem, "get_words_list", "random_choices", "random_sample", "random_elements")
    words, number = _words(call, call["part_of_speech"]), call["nb"]
    values = pl.Series(words)
    if call["unique"] and number > len(words):
        raise NotCompiled("it draws more words than there are")

    def draw(seeds: Words) -> pl.Series:
        if call["unique"]:
            places = np.tile(np.arange(number), len(seeds))
            return values.gather(permute(np.repeat(seeds, number), places, len(words)))
        return values.gather(scaled(halves(seeds, number), len(words)).ravel())

    return _lists(draw, number, 1)


def _sentence(call: Call) -> Node:
    if call["nb_words"] <= 0:
        return Elements(("",))
    return _unit(_sentence_unit(call, call["nb_words"], variable=call["variable_nb_words"]))


def _sentences(call: Call) -> Node:
    return _listed(_sentence_unit(call), call["nb"])


def _paragraph(call: Call) -> Node:
    if call["nb_sentences"] <= 0:
        return Elements(("",))
    return _unit(_paragraph_unit(call, call["nb_sentences"], variable=call["variable_nb_sentences"]))


def _paragraphs(call: Call) -> Node:
    return _listed(_paragraph_unit(call), call["nb"])


def _text(call: Call) -> Node:
    text = _long_text(call)
    return texts(text.draw, text.words)


def _text_list(call: Call) -> Node:
    text = _long_text(call)
    return _lists(_each(text.draw, call["nb_texts"]), call["nb_texts"], text.words)


def _long_text(call: Call) -> LongText:
    most = call["max_nb_chars"]
    if most < 5:
        raise NotCompiled("it asks for less than 5 characters")
    call.expect(Lorem, "text", "word", "words", "get_words_list", "random_choices", "random_elements")
    unit: Unit
    if most < 25:
        unit = Word(_words(call), call.provider.word_connector, call.provider.sentence_punctuation, _capital)
    else:
        unit = _sentence_unit(call) if most < 100 else _paragraph_unit(call)
    return LongText(unit, most)


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _sentence_unit(call: Call, number: int = 6, *, variable: bool = True) -> Sentence:
    call.expect(
        Lorem, "sentence", "words", "get_words_list", "random_choices", "random_elements", "randomize_nb_elements"
    )
    provider = call.provider
    return _shared_sentence(_words(call), provider.word_connector, provider.sentence_punctuation, number, variable)


@cache
def _shared_sentence(words: tuple[str, ...], connector: str, end: str, number: int, variable: bool) -> Sentence:
    """The table of a list of words is large, and the same for most calls of a locale."""
    return Sentence(words, connector, end, about(number, variable=variable))


def _paragraph_unit(call: Call, number: int = 3, *, variable: bool = True) -> Paragraph:
    call.expect(Lorem, "paragraph", "sentences")
    return Paragraph(_sentence_unit(call), about(number, variable=variable))


def _words(call: Call, part_of_speech: str | None = None) -> tuple[str, ...]:
    words = tuple(call.provider.get_words_list(part_of_speech, call["ext_word_list"]))
    if not words or not all(isinstance(word, str) and word for word in words):
        raise NotCompiled("its words are not all texts")
    if len(words) > MOST_CHOICES:
        raise NotCompiled(f"it draws from more than {MOST_CHOICES} words")
    return words


def _unit(unit: Unit) -> Node:
    return texts(_column(unit), unit.words)


def _listed(unit: Unit, number: int) -> Node:
    return _lists(_each(_column(unit), number), number, unit.words)


def _column(unit: Unit) -> Draw:
    """One unit for each row."""

    def draw(seeds: Words) -> pl.Series:
        pieces, counts = unit.draw(seeds)
        return unit.pieces.column(pieces, starts(counts))

    return draw


def _each(draw: Draw, number: int) -> Draw:
    """So many draws for each row."""
    return lambda seeds: draw(nested(seeds[:, None], np.arange(number)[None]).ravel())


def _lists(draw: Draw, number: int, words: int) -> Made:
    """Lists of the `number` values that `draw` makes for each row."""
    if number < 1:
        raise NotCompiled("it gives empty lists")

    def part(seeds: Words) -> pl.Series:
        return draw(seeds).reshape((len(seeds), number)).arr.to_list()

    return made(part, _TEXTS, words * number)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Lorem.word: _word,
    Lorem.words: _word_list,
    Lorem.sentence: _sentence,
    Lorem.sentences: _sentences,
    Lorem.paragraph: _paragraph,
    Lorem.paragraphs: _paragraphs,
    Lorem.text: _text,
    Lorem.texts: _text_list,
}

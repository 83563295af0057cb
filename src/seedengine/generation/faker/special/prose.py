"""Words, sentences and paragraphs at random, for many addresses at a time."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.bits import Words, nested
from seedengine.generation.faker.special.texts import Indexes, Pieces

# Half of 64 bits chooses one of so many: none is more likely than another by more than 2**-18 of it.
MOST_CHOICES = 1 << 14
_HALF = np.uint64(32)


class Unit(Protocol):
    """What longer texts are made of.

    The first piece of a unit is one that begins a text. The piece `joint` from it in the table is the same behind
    another unit, and makes the text longer by `joint_characters`; the piece `last` from a last piece ends the text.
    A unit has up to so many `words`, and `characters`, those of its pieces together; the `shortest` has so many.
    """

    pieces: Pieces
    characters: Indexes
    joint: int
    joint_characters: int
    last: int
    words: int
    shortest: int

    def draw(self, address: Words) -> tuple[Indexes, Indexes]:
        """The pieces of one unit for each address, all in one array, and how many each has."""
        ...


class Word:
    """One word, `begun` differently where it begins a text."""

    def __init__(self, words: Sequence[str], connector: str, end: str, begun: Callable[[str], str]) -> None:
        self.words = 1
        self.last = 2 * len(words)
        self.joint, self.joint_characters = -len(words), len(connector)
        texts = [connector + word for word in words] + list(map(begun, words))
        self.pieces = Pieces([*texts, *(text + end for text in texts)])
        # Faker counts before it changes the first word.
        self.characters = np.array([len(word) for word in words] * 4, np.int64)
        self.shortest = min(map(len, words))

    def draw(self, address: Words) -> tuple[Indexes, Indexes]:
        """A word for each address."""
        size = -self.joint
        return scaled(halves(address, 1), size).ravel() + size, np.ones(len(address), np.int64)


class Sentence:
    """As many words as one of `sizes`, the first with a capital, with `end` behind the last."""

    def __init__(self, words: Sequence[str], connector: str, end: str, sizes: Indexes) -> None:
        self.last = 0
        self.words = int(sizes.max())
        self._sizes = sizes
        self._count = len(words)
        self.joint, self.joint_characters = -self._count, len(connector)
        titles = [word.title() for word in words]
        texts = [connector + word for word in words] + [connector + title for title in titles]
        texts += titles + ["\n" + title for title in titles]
        self.after_line, self._end = self._count, len(texts)
        texts += [text + end for text in texts]
        self.pieces = Pieces(texts)
        self.characters = np.array([len(text) for text in texts], np.int64)
        least = int(sizes.min())
        self.shortest = min(map(len, titles)) + (least - 1) * min(len(connector + word) for word in words) + len(end)

    def draw(self, address: Words) -> tuple[Indexes, Indexes]:
        """A sentence for each address."""
        drawn = halves(address, self.words + 1)
        sizes = self._sizes.take(scaled(drawn[:, 0], len(self._sizes)))
        pieces = scaled(drawn[:, 1:], self._count)
        pieces[:, 0] += 2 * self._count
        kept = np.arange(self.words) < sizes[:, None]
        result = pieces[kept]
        result[np.cumsum(sizes) - 1] += self._end
        return result, sizes


class Paragraph:
    """As many sentences as one of `sizes`."""

    def __init__(self, sentence: Sentence, sizes: Indexes) -> None:
        self._sentence, self._sizes = sentence, sizes
        self._most = int(sizes.max())
        self.last = 0
        self.words = self._most * sentence.words
        self.pieces, self.characters = sentence.pieces, sentence.characters
        self.joint, self.joint_characters = sentence.after_line, 1
        self.shortest = int(sizes.min()) * sentence.shortest

    def draw(self, address: Words) -> tuple[Indexes, Indexes]:
        """A paragraph for each address."""
        drawn = nested(address[:, None], np.arange(self._most + 1)[None])
        sizes = self._sizes.take(scaled(drawn[:, 0] >> _HALF, len(self._sizes)))
        kept = np.arange(self._most) < sizes[:, None]
        pieces, counts = self._sentence.draw(drawn[:, 1:][kept])
        first = starts(sizes)
        later = np.ones(len(counts), np.bool_)
        later[first] = False
        pieces[starts(counts)[later]] += self._sentence.joint
        return pieces, np.add.reduceat(counts, first)


def about(number: int, *, variable: bool) -> Indexes:
    """What `randomize_nb_elements(number, min=1)` gives for each percentage that it draws, or just the number."""
    percents = range(60, 141) if variable else (100,)
    return np.array([max(1, number * percent // 100) for percent in percents], np.int64)


def halves(address: Words, number: int) -> Words:
    """So many draws of 32 bits for each address, a row of them each."""
    drawn = nested(address[:, None], np.arange(-(-number // 2))[None])
    result: NDArray[np.uint32] = drawn.astype("<u8", copy=False).view("<u4")[:, :number]
    return result.astype(np.uint64)


def scaled(drawn: Words, size: int | Words) -> Indexes:
    """Numbers from 0 to below `size` from 32 bits each."""
    return (drawn * np.asarray(size, np.uint64) >> _HALF).view(np.int64)


def starts(counts: Indexes) -> Indexes:
    """Where each of several runs begins that follow on each other."""
    return np.cumsum(counts) - counts

"""The conditions that an expression joins by AND, and which of them are equalities with the row itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seedengine.spec.expressions import Expression, parse
from seedengine.spec.expressions.lexemes import Lexeme, read_lexemes

_LOOSER = frozenset({"and", "or", "not", "is", "<", ">", "<=", ">=", "<>", "!="})
"""What binds no tighter than `=`: where one of these stands outside of brackets, a side is not all of a side."""


@dataclass(frozen=True, slots=True)
class Equality:
    """`candidate = this`, whichever side each of them stood on."""

    candidate: Expression
    this: Expression


def conjuncts(expression: Expression) -> tuple[Expression, ...]:
    """The conditions that must all hold, in their order; one where nothing is joined by AND."""
    return tuple(_split(expression.source, "and"))


def equality(condition: Expression, name: str) -> Equality | None:
    """The condition as an equality of something of the row called `name` with something of the candidate's, or None."""
    if any(lexeme.folded in _LOOSER for lexeme in _outermost(condition.source)):
        return None
    sides = tuple(_split(condition.source, "="))
    if len(sides) != 2:
        return None
    mine = [all(path[0] == name for path in side.paths) and bool(side.paths) for side in sides]
    others = [all(path[0] != name for path in side.paths) for side in sides]
    for this, candidate in ((1, 0), (0, 1)):
        if mine[this] and others[candidate]:
            return Equality(sides[candidate], sides[this])
    return None


def _split(source: str, separator: str) -> Iterator[Expression]:
    """The parts of a source at a keyword or operator outside of brackets, CASE and BETWEEN.

    Each part keeps its place in the source, so that a fault in it is shown where it stands.
    """
    start = 0
    for lexeme in _separators(source, separator):
        yield _part(source, start, lexeme.start)
        start = lexeme.end
    yield _part(source, start, len(source))


def _part(source: str, start: int, stop: int) -> Expression:
    return parse(" " * start + source[start:stop])


def _separators(source: str, separator: str) -> Iterator[Lexeme]:
    betweens = 0
    for lexeme in _outermost(source):
        if lexeme.folded == "between":
            betweens += 1
        elif lexeme.folded == separator:
            if separator == "and" and betweens:
                betweens -= 1
            else:
                yield lexeme


def _outermost(source: str) -> Iterator[Lexeme]:
    """The lexemes outside of brackets and CASE; a word beside a dot is a name, whatever it says."""
    lexemes = read_lexemes(source)
    depth = 0
    for number, lexeme in enumerate(lexemes):
        around = {each.folded for each in (lexemes[max(number - 1, 0)], lexemes[min(number + 1, len(lexemes) - 1)])}
        word = "" if lexeme.kind == "word" and "." in around else lexeme.folded
        if word in (")", "]", "end"):
            depth -= 1
        elif word in ("(", "[", "case"):
            depth += 1
        elif word and depth == 0:
            yield lexeme

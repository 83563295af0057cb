"""The expressions of one document: each is parsed once, and there are not too many of them."""

from seedengine.spec.expressions.parsing import Expression, parse

MOST_EXPRESSIONS = 10_000
MOST_PARTS = 100_000
"""Of all different expressions together; parsing takes about as long for one part as for ten values."""


class TooManyExpressions(Exception):
    """Where reading a document ends; the message says which bound it goes beyond."""


class ExpressionsOfDocument:
    """Parses what it is given, and keeps it."""

    def __init__(self) -> None:
        self._parsed: dict[str, Expression] = {}
        self._attempts = self._parts = 0

    def parse(self, source: str) -> Expression:
        """The expression of that text; raises ExpressionFault where it is none, and TooManyExpressions."""
        known = self._parsed.get(source)
        if known is not None:
            return known
        self._attempts += 1
        if self._attempts > MOST_EXPRESSIONS:
            raise TooManyExpressions(f"the document has more than {MOST_EXPRESSIONS:,} different expressions")
        found = self._parsed[source] = parse(source)
        self._parts += found.parts
        if self._parts > MOST_PARTS:
            raise TooManyExpressions(f"the expressions of the document have more than {MOST_PARTS:,} parts")
        return found

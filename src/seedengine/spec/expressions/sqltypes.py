"""Types that an expression casts to: the words of each, its parameters, and sqlglot's tokens for it."""

from collections.abc import Sequence
from typing import NoReturn

from sqlglot import Token, TokenType

from seedengine.diagnostics import closest
from seedengine.spec.expressions.lexemes import ExpressionFault, Lexeme

TYPE_WORDS = {
    "int": TokenType.INT,
    "integer": TokenType.INT,
    "int4": TokenType.INT,
    "bigint": TokenType.BIGINT,
    "int8": TokenType.BIGINT,
    "numeric": TokenType.DECIMAL,
    "decimal": TokenType.DECIMAL,
    "float8": TokenType.DOUBLE,
    "float": TokenType.DOUBLE,
    "double": TokenType.DOUBLE,
    "text": TokenType.TEXT,
    "varchar": TokenType.VARCHAR,
    "character": TokenType.VARCHAR,
    "boolean": TokenType.BOOLEAN,
    "bool": TokenType.BOOLEAN,
    "date": TokenType.DATE,
    "timestamp": TokenType.TIMESTAMP,
    "time": TokenType.TIME,
    "interval": TokenType.INTERVAL,
    "uuid": TokenType.UUID,
}
_SECOND_WORDS = {"double": ("precision",), "character": ("varying",)}
_INSTEAD = {
    "smallint": "use `int`",
    "int2": "use `int`",
    "real": "use `float8`",
    "float4": "use `float8`",
    "char": "use `varchar(n)` or `text`",
    "bpchar": "use `varchar(n)` or `text`",
    "timestamptz": "every time is UTC: use `timestamp`",
    "timetz": "every time is UTC: use `time`",
    "json": "use the generator `object`",
    "jsonb": "use the generator `object`",
    "money": "use `numeric(12, 2)`",
    "serial": "use the generator `sequence`",
}
_MAX_DIGITS = 38
_LIMITS = {
    TokenType.DECIMAL: (2, _MAX_DIGITS),
    TokenType.VARCHAR: (1, 10_485_760),
    TokenType.TIMESTAMP: (1, 6),
    TokenType.TIME: (1, 6),
}


class _TypeReader:
    def __init__(self, lexemes: Sequence[Lexeme], position: int, end: Lexeme) -> None:
        self.lexemes = lexemes
        self.position = position
        self.end = end

    def peek(self, ahead: int = 0) -> Lexeme:
        index = self.position + ahead
        return self.lexemes[index] if index < len(self.lexemes) else self.end

    def read(self) -> list[Token]:
        named = self.peek()
        kind = self._name(named)
        tokens = [Token(kind, kind.name, start=named.start, end=named.end)]
        if self.peek().folded == "(":
            tokens += self._parameters(kind)
        self._time_zone(named)
        if self.peek().folded == "[":
            tokens += self._brackets()
        return tokens

    def _name(self, named: Lexeme) -> TokenType:
        word = named.folded
        if named.kind != "word" or word not in TYPE_WORDS:
            self._refuse_type(named)
        self.position += 1
        for second in _SECOND_WORDS.get(word, ()):
            if self.peek().folded != second:
                _refuse(f"there is no type `{word}`", named, f"did you mean `{word} {second}`?")
            self.position += 1
        return TYPE_WORDS[word]

    def _refuse_type(self, named: Lexeme) -> NoReturn:
        if named.kind not in ("word", "quoted"):
            _refuse("a type is missing", named, "for example `::int`, `::numeric(10, 2)`, `::text`")
        word = named.text.lower()
        if word in _INSTEAD:
            _refuse(f"a cast to `{named.text}` is not supported", named, _INSTEAD[word])
        meant = closest(word, TYPE_WORDS)
        help = f"did you mean `{meant}`?" if meant else "a type that a table defines has no place in an expression"
        _refuse(f"there is no type `{named.text}`", named, help)

    def _parameters(self, kind: TokenType) -> list[Token]:
        bracket = self.peek()
        count, limit = _LIMITS.get(kind, (0, 0))
        tokens = [Token(TokenType.L_PAREN, "(", start=bracket.start, end=bracket.end)]
        values: list[int] = []
        while self.peek().folded != ")":
            self.position += 1
            number = self.peek()
            if number.kind != "number" or not number.text.isdigit() or len(number.text) > 9 or len(values) == count:
                _refuse(
                    "these are no parameters of that type",
                    bracket,
                    "for example `numeric(10, 2)`, `varchar(20)`",
                )
            values.append(int(number.text))
            tokens.append(Token(TokenType.NUMBER, number.text, start=number.start, end=number.end))
            self.position += 1
            if self.peek().folded == ",":
                tokens.append(Token(TokenType.COMMA, ",", start=number.end, end=number.end))
            elif self.peek().folded != ")":
                _refuse("`)` is missing", self.peek())
        self._check_parameters(kind, values, limit, bracket)
        tokens.append(Token(TokenType.R_PAREN, ")", start=self.peek().start, end=self.peek().end))
        self.position += 1
        return tokens

    def _check_parameters(self, kind: TokenType, values: list[int], limit: int, bracket: Lexeme) -> None:
        if not values or values[0] > limit or (kind in (TokenType.DECIMAL, TokenType.VARCHAR) and values[0] < 1):
            _refuse("this parameter is out of range", bracket, f"between 1 and {limit}" if limit else None)
        if len(values) == 2 and values[1] > values[0]:
            _refuse("a numeric has no more digits after the point than in all", bracket)

    def _time_zone(self, named: Lexeme) -> None:
        words = tuple(self.peek(ahead).folded for ahead in range(3))
        if named.folded not in ("timestamp", "time"):
            return
        if words == ("with", "time", "zone"):
            _refuse("a time with a time zone is not supported", named, f"every time is UTC: use `{named.folded}`")
        if words == ("without", "time", "zone"):
            self.position += 3

    def _brackets(self) -> list[Token]:
        opening, closing = self.peek(), self.peek(1)
        if closing.folded != "]":
            _refuse(
                "the type of an array has no size",
                opening,
                "write `text[]`; `(x::text[])[1]` takes an element",
            )
        self.position += 2
        if self.peek().folded == "[":
            _refuse("arrays of arrays are not supported", self.peek())
        return [
            Token(TokenType.L_BRACKET, "[", start=opening.start, end=opening.end),
            Token(TokenType.R_BRACKET, "]", start=closing.start, end=closing.end),
        ]


def read_type(lexemes: Sequence[Lexeme], position: int, end: Lexeme) -> tuple[list[Token], int]:
    """The tokens of the type at `position` and the position behind it; raises ExpressionFault where there is none."""
    reader = _TypeReader(lexemes, position, end)
    return reader.read(), reader.position


def _refuse(message: str, lexeme: Lexeme, help: str | None = None) -> NoReturn:
    raise ExpressionFault(message, lexeme.start, help)

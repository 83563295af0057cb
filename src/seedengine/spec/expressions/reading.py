"""The state of reading an expression: where it stands, what is open, and the bounds on size and depth."""

from dataclasses import dataclass, field
from typing import Literal, NoReturn

from sqlglot import Token, TokenType

from seedengine.spec.expressions.lexemes import ExpressionFault, Lexeme
from seedengine.spec.expressions.vocabulary import refusal

Path = tuple[str, ...]

ARRAY = "#["
"""The name of the call that stands for `array[…]` until it is parsed."""

MAX_NODES = 200
MAX_DEPTH = 20

SYMBOLS = {
    "+": TokenType.PLUS,
    "-": TokenType.DASH,
    "*": TokenType.STAR,
    "/": TokenType.SLASH,
    "%": TokenType.MOD,
    "^": TokenType.CARET,
    "||": TokenType.DPIPE,
    "=": TokenType.EQ,
    "<>": TokenType.NEQ,
    "!=": TokenType.NEQ,
    "<": TokenType.LT,
    ">": TokenType.GT,
    "<=": TokenType.LTE,
    ">=": TokenType.GTE,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name in lower case, its place in the source and the number of its arguments."""

    name: str
    offset: int
    arguments: int


@dataclass(slots=True)
class Grammar:
    """The outcome of reading: tokens for the parser, each path with its offset, each call, and how many parts."""

    tokens: list[Token] = field(default_factory=list)
    paths: dict[Path, int] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    parts: int = 0


@dataclass(slots=True)
class Open:
    """A bracket or CASE that is not closed yet.

    `token` is the place of a call's name among the tokens, `word` the last keyword of a CASE or of a call's own form,
    `separator` the place of that keyword's comma.
    """

    kind: Literal["top", "group", "call", "cast", "list", "array", "subscript", "case"]
    lexeme: Lexeme
    token: int = -1
    name: str = ""
    word: str = ""
    commas: int = 0
    separator: int = -1


class Reading:
    """Lexemes on one side, tokens on the other."""

    def __init__(self, lexemes: list[Lexeme], end: Lexeme) -> None:
        self.lexemes = lexemes
        self.end = end
        self.position = 0
        self.open = [Open("top", end)]
        self.grammar = Grammar()
        self._prefixes = 0

    def peek(self, ahead: int = 0) -> Lexeme:
        """The lexeme `ahead` of the one that comes next; `end` where there is none."""
        index = self.position + ahead
        return self.lexemes[index] if 0 <= index < len(self.lexemes) else self.end

    def take(self) -> Lexeme:
        """The next lexeme, passed over."""
        lexeme = self.peek()
        self.position += 1
        return lexeme

    def emit(self, kind: TokenType, text: str, lexeme: Lexeme) -> None:
        """One token for the parser, at the place of `lexeme`."""
        self.grammar.tokens.append(Token(kind, text, start=lexeme.start, end=lexeme.end))

    def count(self, lexeme: Lexeme) -> None:
        """One more node of the tree."""
        self.grammar.parts += 1
        if self.grammar.parts > MAX_NODES:
            self.refuse(f"an expression has at most {MAX_NODES} parts", lexeme, "compute parts of it in `let`")

    def nest(self, opened: Open) -> None:
        """One level deeper, until it is closed."""
        self.open.append(opened)
        self._check_depth(opened.lexeme)

    def prefix(self, kind: TokenType, lexeme: Lexeme) -> None:
        """A sign or NOT before a value: one level deeper, until the value is there."""
        self.count(lexeme)
        self._prefixes += 1
        self._check_depth(lexeme)
        self.emit(kind, lexeme.text.upper(), lexeme)

    def value_done(self) -> None:
        """A value is complete, and the prefixes before it with it."""
        self._prefixes = 0

    def _check_depth(self, lexeme: Lexeme) -> None:
        if len(self.open) - 1 + self._prefixes > MAX_DEPTH:
            self.refuse(f"an expression is nested at most {MAX_DEPTH} deep", lexeme, "compute parts of it in `let`")

    def check_call(self, lexeme: Lexeme) -> None:
        """Refuses what is never called in an expression."""
        if problem := refusal(lexeme.folded):
            self.refuse(problem[0], lexeme, problem[1])

    def check_subquery(self) -> None:
        """Refuses a query behind a bracket that has just been opened."""
        if self.peek().folded in ("select", "with", "values") and self.peek(1).folded not in (
            ")",
            ".",
            ",",
            "",
        ):
            self.refuse_query(self.peek())

    def refuse_query(self, lexeme: Lexeme) -> NoReturn:
        self.refuse("a query is not an expression", lexeme, "use `aggregate`, `ref` or `pick`")

    def refuse_unclosed(self) -> NoReturn:
        opened = self.open[-1]
        if opened.kind == "case":
            self.refuse("this `case` has no `end`", opened.lexeme)
        self.refuse(f"this `{opened.lexeme.text}` is not closed", opened.lexeme)

    def refuse(self, message: str, lexeme: Lexeme, help: str | None = None) -> NoReturn:
        raise ExpressionFault(message, lexeme.start, help)

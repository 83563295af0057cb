"""The text of an expression as words, literals and symbols, before any grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from seedengine.diagnostics import SeedengineError

MAX_LENGTH = 10_000
MAX_LEXEMES = 600

_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_STRING = re.compile(r"'((?:[^']|'')*)'")
_DOLLAR = re.compile(r"\$((?:[^\W\d]\w*)?)\$")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_WORD = re.compile(r"[^\W\d]\w*")
_SYMBOL = re.compile(r"::|\|\||<>|!=|<=|>=|[-+*/%^<>=()\[\],.]")
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?:]+")
_PREFIXED = frozenset({"e", "b", "x", "n", "u"})

Kind = Literal["word", "quoted", "string", "number", "symbol"]


class ExpressionFault(SeedengineError):
    """What is wrong with an expression's text or types; `offset` counts characters from 0 in its source."""

    def __init__(self, message: str, offset: int, help: str | None = None) -> None:
        super().__init__(message, help)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word, literal or symbol; `text` is a literal's or quoted name's content, `folded` a word in lower case."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        """The word in lower case, the symbol itself, and nothing for what is quoted or a literal."""
        return self.text.lower() if self.kind in ("word", "symbol") else ""


def read_lexemes(source: str) -> list[Lexeme]:
    """The lexemes of `source`, at most MAX_LEXEMES of them; raises ExpressionFault at the first that is none."""
    if len(source) > MAX_LENGTH:
        _refuse(f"an expression of {len(source):,} characters", MAX_LENGTH, f"at most {MAX_LENGTH:,} are allowed")
    lexemes: list[Lexeme] = []
    for lexeme in _scan(source):
        if len(lexemes) == MAX_LEXEMES:
            _refuse("the expression is too long", lexeme.start, "compute parts of it in `let`")
        lexemes.append(lexeme)
    return lexemes


def _scan(source: str) -> Iterator[Lexeme]:
    position = 0
    while position < len(source):
        if space := _SPACE.match(source, position):
            position = space.end()
            continue
        lexeme = _next(source, position)
        yield lexeme
        position = lexeme.end


def _next(source: str, position: int) -> Lexeme:
    first = source[position]
    if first == "'":
        return _string(source, position)
    if first == "$":
        return _dollar_string(source, position)
    if first == '"':
        return _quoted(source, position)
    if number := _NUMBER.match(source, position):
        return _number(source, number)
    if word := _WORD.match(source, position):
        return _word(source, word)
    run = _OPERATOR.match(source, position)
    if run and ("--" in run[0] or "/*" in run[0]):
        _refuse("an expression has no comments", position, "write them as YAML comments; `- -1` needs the space")
    if symbol := _SYMBOL.match(source, position):
        return _symbol(source, symbol)
    return _no_lexeme(source, position)


def _string(source: str, position: int) -> Lexeme:
    match = _STRING.match(source, position)
    if match is None:
        _refuse("this string has no end", position, "close it with `'`; a quote inside it is written `''`")
    return _literal("string", match[1].replace("''", "'"), match)


def _dollar_string(source: str, position: int) -> Lexeme:
    match = _DOLLAR.match(source, position)
    if match is None:
        _refuse("an expression has no parameters", position, "name the value: a field, `row`, `nth`, `as_of`")
    end = source.find(match[0], match.end())
    if end < 0:
        _refuse("this string has no end", position, f"close it with `{match[0]}`")
    text = source[match.end() : end]
    _check_characters(text, position)
    return Lexeme("string", text, position, end + len(match[0]))


def _quoted(source: str, position: int) -> Lexeme:
    match = _QUOTED.match(source, position)
    if match is None:
        _refuse("this quoted name is empty or has no end", position, "a text is written with single quotes")
    return _literal("quoted", match[1].replace('""', '"'), match)


def _literal(kind: Kind, text: str, match: re.Match[str]) -> Lexeme:
    _check_characters(text, match.start())
    return Lexeme(kind, text, match.start(), match.end())


def _check_characters(text: str, position: int) -> None:
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        _refuse("a text holds no zero character and no half of a surrogate pair", position)


def _number(source: str, match: re.Match[str]) -> Lexeme:
    following = source[match.end() : match.end() + 1]
    if following == "." or (match[0].endswith(".") and following.isdigit()):
        _refuse("a range is not an expression", match.start(), "use `between`, or the range of a generator")
    if following == "_" or following.isalnum():
        _refuse(f"`{match[0]}{following}` is not a number", match.start(), "put a space or an operator between")
    return Lexeme("number", match[0], match.start(), match.end())


def _word(source: str, match: re.Match[str]) -> Lexeme:
    following = source[match.end() : match.end() + 1]
    if following == "'" and match[0].lower() in _PREFIXED:
        _refuse(
            f"strings as `{match[0]}'…'` are not supported",
            match.start(),
            "write `'…' || chr(10)` for a new line",
        )
    return Lexeme("word", match[0], match.start(), match.end())


def _symbol(source: str, match: re.Match[str]) -> Lexeme:
    run = _OPERATOR.match(source, match.start())
    rest = run[0][len(match[0]) :] if run else ""
    if run and rest.strip("+-"):
        _refuse(f"the operator `{run[0]}` is not supported", match.start(), _operator_help(run[0]))
    return Lexeme("symbol", match[0], match.start(), match.end())


def _operator_help(operator: str) -> str | None:
    if operator.startswith(("->", "#>")):
        return "a member of an object is reached by its path: `object.member`"
    if operator.startswith(("~", "!~")):
        return "use `like` or `ilike`"
    if operator == "=>":
        return "arguments go by their position"
    if operator == "==":
        return "equality is written `=`"
    return None


def _no_lexeme(source: str, position: int) -> NoReturn:
    if source[position] == ";":
        _refuse("an expression is not a statement", position, "take the `;` out")
    run = _OPERATOR.match(source, position)
    found = run[0] if run else source[position]
    if found in ("?", ":", "@"):
        _refuse("an expression has no parameters", position, "name the value: a field, `row`, `nth`, `as_of`")
    what = "the operator" if run else "the character"
    shown = found if found.isprintable() else f"U+{ord(found[0]):04X}"
    _refuse(f"{what} `{shown}` is not supported", position, _operator_help(found))


def _refuse(message: str, offset: int, help: str | None = None) -> NoReturn:
    raise ExpressionFault(message, offset, help)

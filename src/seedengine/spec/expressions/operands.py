"""Where an expression expects a value: literals, paths, calls, brackets, CASE and prefixes."""

from typing import NoReturn

from sqlglot import TokenType

from seedengine.spec.expressions.lexemes import Lexeme
from seedengine.spec.expressions.reading import ARRAY, SYMBOLS, Open, Reading
from seedengine.spec.expressions.sqltypes import TYPE_WORDS
from seedengine.spec.expressions.vocabulary import CLOCKS

_CONSTANTS = {"null": TokenType.NULL, "true": TokenType.TRUE, "false": TokenType.FALSE}
_KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "is",
        "in",
        "like",
        "ilike",
        "between",
        "case",
        "when",
        "then",
        "else",
        "escape",
        "isnull",
        "notnull",
    ]
)
_QUERIES = frozenset({"select", "with", "values", "distinct"})
# Words that may follow a name, so that one of these four is a name before them.
_FOLLOWERS = frozenset("and or not is in like ilike between when then else end as from for placing".split())  # noqa: SIM905
_TYPED_LITERALS = frozenset({"date", "time", "timestamp", "interval"})
_COMPARISONS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_TRIM_SIDES = {"both": "btrim", "leading": "ltrim", "trailing": "rtrim"}
_NO_PARENS = frozenset(["current_catalog", "current_role", "current_schema", "current_user", "session_user"])


class Operands:
    """Reads from where a value is expected."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self) -> bool:
        """Reads one piece; True while a value is still expected."""
        reading = self.reading
        lexeme = reading.take()
        if lexeme.kind == "symbol":
            return self._symbol(lexeme)
        if lexeme.kind == "word":
            return self._word(lexeme)
        if lexeme.kind == "quoted":
            self._path(lexeme)
        else:
            reading.count(lexeme)
            kind = TokenType.STRING if lexeme.kind == "string" else TokenType.NUMBER
            reading.emit(kind, lexeme.text, lexeme)
        reading.value_done()
        return False

    def _symbol(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        if lexeme.text == "(":
            reading.check_subquery()
            reading.emit(TokenType.L_PAREN, "(", lexeme)
            reading.nest(Open("group", lexeme))
            return True
        if lexeme.text in ("-", "+"):
            reading.prefix(SYMBOLS[lexeme.text], lexeme)
            return True
        if self._closes_empty(lexeme):
            reading.position -= 1
            return False
        if lexeme.text == "*":
            reading.refuse("`*` has no value on its left", lexeme, "name the field that is meant")
        if lexeme.text in (")", "]", ","):
            reading.refuse(f"a value is missing before `{lexeme.text}`", lexeme)
        reading.refuse(f"`{lexeme.text}` has no value on its left", lexeme)

    def _closes_empty(self, lexeme: Lexeme) -> bool:
        opened = self.reading.open[-1]
        closing = {"call": ")", "array": "]"}.get(opened.kind)
        return lexeme.text == closing and self.reading.peek(-2) is opened.lexeme

    def _word(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        following, word = reading.peek(), lexeme.folded
        if following.folded == ".":
            self._path(lexeme)
        elif following.folded == "(" and word not in _KEYWORDS:
            return self._call(lexeme)
        elif following.kind == "string" and word in TYPE_WORDS:
            self._typed_literal(lexeme)
        elif word == "not":
            reading.prefix(TokenType.NOT, lexeme)
            return True
        elif word == "case":
            return self._case(lexeme)
        elif word == "array" and following.folded == "[":
            return self._array(lexeme)
        elif word in _CONSTANTS:
            reading.count(lexeme)
            reading.emit(_CONSTANTS[word], word.upper(), lexeme)
        else:
            self._check_name(lexeme)
            self._path(lexeme)
        reading.value_done()
        return False

    def _check_name(self, lexeme: Lexeme) -> None:
        reading, word = self.reading, lexeme.folded
        if word in CLOCKS or word in _NO_PARENS:
            reading.check_call(lexeme)
        following = reading.peek()
        if word in _QUERIES and following.kind != "symbol" and following.folded not in _FOLLOWERS:
            reading.refuse_query(lexeme)
        in_case = reading.open[-1].kind == "case"
        if word in _KEYWORDS or (in_case and word == "end"):
            help = f'a field of that name is written `"{lexeme.text}"`'
            reading.refuse(f"a value is missing before `{lexeme.text}`", lexeme, help)

    def _path(self, first: Lexeme) -> None:
        reading = self.reading
        reading.count(first)
        parts = [first.text]
        while reading.peek().folded == ".":
            part = reading.peek(1)
            if part.kind not in ("word", "quoted"):
                reading.refuse("a name is missing after `.`", part)
            parts.append(part.text)
            reading.position += 2
        if reading.peek().folded == "(":
            self._refuse_called(first, parts)
        paths = reading.grammar.paths
        paths.setdefault(tuple(parts), first.start)
        reading.emit(TokenType.IDENTIFIER, str(list(paths).index(tuple(parts))), first)

    def _refuse_called(self, first: Lexeme, parts: list[str]) -> NoReturn:
        help = "functions have no schema" if len(parts) > 1 else "functions are written without quotes"
        self.reading.refuse(f"`{'.'.join(parts)}` is not a function", first, help)

    def _typed_literal(self, lexeme: Lexeme) -> None:
        reading, word = self.reading, lexeme.folded
        if word not in _TYPED_LITERALS:
            reading.refuse(f"`{lexeme.text} '…'` is not supported", lexeme, f"write `'…'::{lexeme.text}`")
        text = reading.take()
        reading.count(lexeme)
        reading.emit(TokenType.STRING, text.text, text)
        reading.emit(TokenType.DCOLON, "::", lexeme)
        reading.emit(TYPE_WORDS[word], TYPE_WORDS[word].name, lexeme)

    def _case(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        reading.count(lexeme)
        reading.emit(TokenType.CASE, "CASE", lexeme)
        reading.nest(Open("case", lexeme, word="case"))
        if reading.peek().folded == "when" and reading.peek(1).folded != ".":
            reading.open[-1].word = "when"
            reading.emit(TokenType.WHEN, "WHEN", reading.take())
        return True

    def _array(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        reading.count(lexeme)
        bracket = reading.take()
        # As a call: the parser would read an array twice, and so one in twenty others a million times.
        reading.emit(TokenType.VAR, ARRAY, lexeme)
        reading.emit(TokenType.L_PAREN, "(", bracket)
        reading.nest(Open("array", bracket))
        return True

    def _call(self, lexeme: Lexeme) -> bool:
        reading, name = self.reading, lexeme.folded
        reading.count(lexeme)
        reading.check_call(lexeme)
        before = reading.peek(-2).folded
        bracket = reading.take()
        reading.check_subquery()
        if name == "cast":
            reading.emit(TokenType.L_PAREN, "(", bracket)
            reading.nest(Open("cast", bracket))
            return True
        if name in ("any", "all", "some") and before not in _COMPARISONS:
            reading.refuse(f"`{lexeme.text}` stands only behind a comparison", lexeme, "write `x = any(array)`")
        opened = Open("call", bracket, len(reading.grammar.tokens), name)
        # The mark keeps the parser from functions of its own, which would lose what was written.
        reading.emit(TokenType.VAR, f"#{name}", lexeme)
        reading.emit(TokenType.L_PAREN, "(", bracket)
        reading.nest(opened)
        if name == "trim":
            self._trim_side(opened)
        elif name == "extract":
            self._extract_field(opened)
        return True

    def _trim_side(self, opened: Open) -> None:
        reading = self.reading
        opened.name = "btrim"
        side = reading.peek().folded
        if side in _TRIM_SIDES and reading.peek(1).folded not in (")", ".", ","):
            opened.name = _TRIM_SIDES[side]
            reading.position += 1
            if reading.peek().folded == "from" and reading.peek(1).folded not in (")", "."):
                opened.word = "from"
                reading.position += 1

    def _extract_field(self, opened: Open) -> None:
        reading = self.reading
        named, separator = reading.peek(), reading.peek(1)
        if named.kind not in ("word", "quoted", "string") or separator.folded != "from":
            reading.refuse("`extract` needs a field and `from`", named, "write `extract(year from x)`")
        reading.emit(TokenType.STRING, named.text.lower(), named)
        reading.emit(TokenType.COMMA, ",", separator)
        opened.word = "from"
        opened.commas = 1
        reading.position += 2

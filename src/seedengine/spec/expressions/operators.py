"""Where an expression has a value and expects an operator, a separator or a closing bracket."""

from typing import NoReturn

from sqlglot import Token, TokenType

from seedengine.spec.expressions.lexemes import Lexeme
from seedengine.spec.expressions.reading import SYMBOLS, Call, Open, Reading
from seedengine.spec.expressions.sqltypes import read_type
from seedengine.spec.expressions.vocabulary import CLAUSES, INTERVAL_UNITS

_CONNECTIVES = {"and": TokenType.AND, "or": TokenType.OR, "escape": TokenType.ESCAPE}
_RANGES = {"in": TokenType.IN, "between": TokenType.BETWEEN, "like": TokenType.LIKE, "ilike": TokenType.ILIKE}
_TRUTHS = {
    "null": TokenType.NULL,
    "unknown": TokenType.NULL,
    "true": TokenType.TRUE,
    "false": TokenType.FALSE,
}
_CLOSING = {"call": ")", "group": ")", "list": ")", "array": "]", "subscript": "]", "cast": ")"}
_CASE_ORDER = {"case": ("when",), "when": ("then",), "then": ("when", "else", "end"), "else": ("end",)}
_CASE_TOKENS = {
    "when": TokenType.WHEN,
    "then": TokenType.THEN,
    "else": TokenType.ELSE,
    "end": TokenType.END,
}
# The words that part the arguments of a call in its own form, and which word each may follow.
_SEPARATORS: dict[str, dict[str, tuple[str, ...]]] = {
    "position": {"in": ("",)},
    "substring": {"from": ("",), "for": ("", "from")},
    "overlay": {"placing": ("",), "from": ("placing",), "for": ("from",)},
    "btrim": {"from": ("",)},
    "ltrim": {"from": ("",)},
    "rtrim": {"from": ("",)},
}


class Operators:
    """Reads from where a value is complete."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self) -> bool:
        """Reads one piece; True when a value is expected next."""
        lexeme = self.reading.take()
        if lexeme.kind == "symbol":
            return self._symbol(lexeme)
        if lexeme.kind == "word":
            return self._word(lexeme)
        self._refuse_neighbour(lexeme)

    def _symbol(self, lexeme: Lexeme) -> bool:
        reading, symbol = self.reading, lexeme.text
        if symbol in SYMBOLS:
            reading.count(lexeme)
            reading.emit(SYMBOLS[symbol], symbol, lexeme)
            return True
        if symbol == "::":
            return self._cast(lexeme)
        if symbol == "[":
            reading.count(lexeme)
            reading.emit(TokenType.L_BRACKET, "[", lexeme)
            reading.nest(Open("subscript", lexeme))
            return True
        if symbol == ",":
            return self._comma(lexeme)
        if symbol in (")", "]"):
            return self._close(lexeme)
        reading.refuse(f"an operator is missing before `{symbol}`", lexeme)

    def _cast(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        reading.count(lexeme)
        reading.emit(TokenType.DCOLON, "::", lexeme)
        tokens, reading.position = read_type(reading.lexemes, reading.position, reading.end)
        reading.grammar.tokens.extend(tokens)
        return False

    def _comma(self, lexeme: Lexeme) -> bool:
        opened = self.reading.open[-1]
        if opened.kind not in ("call", "array", "list"):
            self.reading.refuse("`,` has no place here", lexeme, "a row of values is not an expression")
        if opened.word:
            self.reading.refuse(f"`,` and `{opened.word}` do not mix", lexeme)
        opened.commas += 1
        self.reading.emit(TokenType.COMMA, ",", lexeme)
        return True

    def _close(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        opened = reading.open[-1]
        if opened.kind == "top":
            reading.refuse(f"`{lexeme.text}` closes nothing", lexeme)
        if _CLOSING.get(opened.kind) != lexeme.text:
            reading.refuse_unclosed()
        if opened.kind == "cast":
            reading.refuse("`cast` needs a type", lexeme, "write `cast(x as date)`")
        empty = reading.peek(-2) is opened.lexeme
        reading.open.pop()
        kind = TokenType.R_BRACKET if opened.kind == "subscript" else TokenType.R_PAREN
        if opened.kind == "call":
            self._close_call(opened, 0 if empty else opened.commas + 1)
        reading.emit(kind, lexeme.text, lexeme)
        reading.value_done()
        return False

    def _close_call(self, opened: Open, arguments: int) -> None:
        tokens = self.reading.grammar.tokens
        name = "any" if opened.name == "some" else opened.name
        old = tokens[opened.token]
        tokens[opened.token] = Token(TokenType.VAR, f"#{name}", start=old.start, end=old.end)
        if name.endswith("trim") and opened.separator > 0:
            first = opened.token + 2
            characters, text = tokens[first : opened.separator], tokens[opened.separator + 1 :]
            tokens[first:] = [*text, tokens[opened.separator], *characters]
        if name not in ("any", "all"):
            self.reading.grammar.calls.append(Call(name, old.start, arguments))
        elif arguments != 1:
            self.reading.refuse(f"`{name}` has one array", opened.lexeme)

    def _word(self, lexeme: Lexeme) -> bool:
        reading, word = self.reading, lexeme.folded
        opened = reading.open[-1]
        if opened.kind == "case" and word in _CASE_TOKENS:
            return self._case_word(opened, lexeme)
        if opened.kind == "call" and word in _SEPARATORS.get(opened.name, {}):
            return self._separator(opened, lexeme)
        if opened.kind == "cast" and word == "as":
            return self._cast_as(lexeme)
        if word in _CONNECTIVES:
            reading.count(lexeme)
            reading.emit(_CONNECTIVES[word], word.upper(), lexeme)
            return True
        if word == "not" and reading.peek().folded in _RANGES:
            reading.emit(TokenType.NOT, "NOT", lexeme)
            return self._range(reading.take())
        if word in _RANGES:
            return self._range(lexeme)
        if word == "is":
            return self._is(lexeme)
        if word in ("isnull", "notnull"):
            reading.count(lexeme)
            self._truth(lexeme, TokenType.NULL, negated=word == "notnull")
            return False
        self._refuse_neighbour(lexeme)

    def _case_word(self, opened: Open, lexeme: Lexeme) -> bool:
        reading, word = self.reading, lexeme.folded
        if word not in _CASE_ORDER[opened.word]:
            wanted = " or ".join(f"`{each}`" for each in _CASE_ORDER[opened.word])
            reading.refuse(f"`{word}` has no place behind `{opened.word}`", lexeme, f"expected {wanted}")
        opened.word = word
        reading.emit(_CASE_TOKENS[word], word.upper(), lexeme)
        if word != "end":
            return True
        reading.open.pop()
        reading.value_done()
        return False

    def _separator(self, opened: Open, lexeme: Lexeme) -> bool:
        reading, word = self.reading, lexeme.folded
        if opened.word not in _SEPARATORS[opened.name][word] or (opened.commas and not opened.word):
            reading.refuse(f"`{word}` has no place here", lexeme)
        opened.separator = len(reading.grammar.tokens)
        reading.emit(TokenType.COMMA, ",", lexeme)
        if word == "for" and not opened.word:
            reading.emit(TokenType.NUMBER, "1", lexeme)
            reading.emit(TokenType.COMMA, ",", lexeme)
            opened.commas += 1
        opened.word = word
        opened.commas += 1
        return True

    def _cast_as(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        reading.emit(TokenType.R_PAREN, ")", lexeme)
        self._cast(lexeme)
        closing = reading.take()
        if closing.folded != ")":
            reading.refuse("`cast` is not closed behind its type", closing)
        reading.open.pop()
        reading.value_done()
        return False

    def _range(self, lexeme: Lexeme) -> bool:
        reading, word = self.reading, lexeme.folded
        reading.count(lexeme)
        reading.emit(_RANGES[word], word.upper(), lexeme)
        if word == "in":
            bracket = reading.take()
            if bracket.folded != "(":
                reading.refuse("`in` needs a list in brackets", lexeme, "write `x = any(array)` for an array")
            reading.check_subquery()
            reading.emit(TokenType.L_PAREN, "(", bracket)
            reading.nest(Open("list", bracket))
        elif reading.peek().folded in ("symmetric", "asymmetric") and reading.peek(1).kind != "symbol":
            reading.refuse("`between symmetric` is not supported", reading.peek(), "use `least` and `greatest`")
        return True

    def _is(self, lexeme: Lexeme) -> bool:
        reading = self.reading
        reading.count(lexeme)
        negated = reading.peek().folded == "not"
        if negated:
            reading.position += 1
        what = reading.take()
        if what.folded in _TRUTHS:
            self._truth(lexeme, _TRUTHS[what.folded], negated)
            return False
        if what.folded == "distinct" and reading.peek().folded == "from":
            reading.emit(TokenType.IS, "IS", lexeme)
            if negated:
                reading.emit(TokenType.NOT, "NOT", lexeme)
            reading.emit(TokenType.DISTINCT, "DISTINCT", what)
            reading.emit(TokenType.FROM, "FROM", reading.take())
            return True
        reading.refuse("`is` needs `null`, `true`, `false`, `unknown` or `distinct from`", lexeme, "use `=`")

    def _truth(self, lexeme: Lexeme, kind: TokenType, negated: bool) -> None:
        self.reading.emit(TokenType.IS, "IS", lexeme)
        if negated:
            self.reading.emit(TokenType.NOT, "NOT", lexeme)
        self.reading.emit(kind, kind.name, lexeme)

    def _refuse_neighbour(self, lexeme: Lexeme) -> NoReturn:
        reading, before = self.reading, self.reading.peek(-2)
        unit = lexeme.folded.removesuffix("s")
        if before.kind in ("number", "string") and unit in INTERVAL_UNITS:
            help = f"write `interval '{before.text} {lexeme.text}'`"
            reading.refuse(f"`{before.text} {lexeme.text}` is not an interval", before, help)
        if lexeme.folded in CLAUSES:
            message, instead = CLAUSES[lexeme.folded]
            reading.refuse(message, lexeme, instead)
        if lexeme.folded in ("when", "then", "else", "end"):
            reading.refuse(f"`{lexeme.text}` belongs to no open `case`", lexeme)
        shown = "this text" if lexeme.kind == "string" else f"`{lexeme.text}`"
        joined = "texts are joined by `||`" if "string" in (lexeme.kind, before.kind) else None
        reading.refuse(f"an operator is missing before {shown}", lexeme, joined)

"""Expressions of the language: SQL scalar expressions, read into a tree that is safe to walk and quick to compare."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NoReturn

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parser import Parser

from seedengine.spec.expressions.grammar import read
from seedengine.spec.expressions.lexemes import ExpressionFault
from seedengine.spec.expressions.reading import ARRAY, Call, Path

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)

# What the tree of an expression may be made of; generation has a handler for each.
NODES: frozenset[type[exp.Expr]] = frozenset(
    {
        *_COMPARISONS,
        exp.Add,
        exp.And,
        exp.Anonymous,
        exp.Array,
        exp.Between,
        exp.Boolean,
        exp.Bracket,
        exp.Case,
        exp.Cast,
        exp.Column,
        exp.Div,
        exp.DPipe,
        exp.Escape,
        exp.ILike,
        exp.In,
        exp.Is,
        exp.Like,
        exp.Literal,
        exp.Mod,
        exp.Mul,
        exp.Neg,
        exp.Not,
        exp.Null,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Or,
        exp.Paren,
        exp.Pow,
        exp.Sub,
    }
)
# Parts of those nodes that are no values of their own.
_PARTS = (exp.DataType, exp.DataTypeParam, exp.Identifier, exp.If, exp.Interval)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that parsed: equal and hashed by its source.

    `paths` and `functions` stand in the order of their first appearance, each path once, each call every time. In
    `tree` a column's name is the index of its path; functions are anonymous, with a `#` before their name.
    """

    source: str
    paths: tuple[Path, ...] = field(compare=False, repr=False)
    functions: tuple[Call, ...] = field(compare=False, repr=False)
    tree: exp.Expr = field(compare=False, repr=False)
    offsets: tuple[int, ...] = field(compare=False, repr=False)
    parts: int = field(compare=False, repr=False)

    @property
    def path(self) -> Path | None:
        """The path, where the whole expression is only a path."""
        return self.paths[0] if isinstance(self.tree.unnest(), exp.Column) else None

    def offset(self, path: Path) -> int:
        """Where `path` first stands in the source, counted from 0."""
        return self.offsets[self.paths.index(path)]


class _Postgres(Postgres):
    INDEX_OFFSET = 0


@lru_cache(maxsize=200)
def parse(source: str) -> Expression:
    """The expression of that text; raises ExpressionFault, and nothing else, for any text that is none."""
    grammar = read(source)
    tokens = [
        Token(TokenType.SELECT, "SELECT"),
        Token(TokenType.L_PAREN, "("),
        *grammar.tokens,
        Token(TokenType.R_PAREN, ")"),
    ]
    try:
        statements = _parser().parse(tokens, source)
    except (SqlglotError, RecursionError):
        _refuse_structure()
    if len(statements) != 1 or not isinstance(statements[0], exp.Select) or len(statements[0].expressions) != 1:
        _refuse_structure()
    tree = statements[0].expressions[0]
    if not isinstance(tree, exp.Paren):
        _refuse_structure()
    for node in [*tree.find_all(exp.Anonymous)]:
        if node.name == ARRAY:
            node.replace(exp.Array(expressions=node.expressions))
    _check(tree.this)
    calls = tuple(sorted(grammar.calls, key=lambda call: call.offset))
    offsets = tuple(grammar.paths.values())
    return Expression(source, tuple(grammar.paths), calls, tree.this, offsets, grammar.parts)


def node_offset(node: exp.Expr) -> int:
    """Where the text of a node begins in the source, counted from 0."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return min(starts, default=0)


@cache
def _parser() -> Parser:
    return _Postgres().parser()


def _check(tree: exp.Expr) -> None:
    for node in tree.walk():
        if type(node) not in NODES and not isinstance(node, _PARTS):
            _refuse_structure(node)
        if isinstance(node, _COMPARISONS) and isinstance(node.this, _COMPARISONS):
            help = "join two comparisons with `and`, or put brackets around one"
            raise ExpressionFault("comparisons do not chain", node_offset(node), help)


def _refuse_structure(node: exp.Expr | None = None) -> NoReturn:
    offset = node_offset(node) if node else 0
    raise ExpressionFault("this is not an expression", offset, "check its brackets and operators")

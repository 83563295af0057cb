"""Expressions and templates: SQL over the names of a spec, bounded, parsed, and never evaluated here."""

from seedengine.spec.expressions.bounded import ExpressionsOfDocument, TooManyExpressions
from seedengine.spec.expressions.lexemes import ExpressionFault, Lexeme, read_lexemes
from seedengine.spec.expressions.parsing import NODES, Expression, node_offset, parse
from seedengine.spec.expressions.reading import Call, Path
from seedengine.spec.expressions.templates import parse_template

__all__ = [
    "NODES",
    "Call",
    "Expression",
    "ExpressionFault",
    "ExpressionsOfDocument",
    "Lexeme",
    "Path",
    "TooManyExpressions",
    "node_offset",
    "parse",
    "parse_template",
    "read_lexemes",
]

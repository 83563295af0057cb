"""The one table of nodes: each class of sqlglot's tree with what it makes of some rows.

What is not in it does not exist in an expression; `seedengine.spec.expressions.NODES` lists the same classes.
"""

from collections.abc import Callable

from sqlglot import exp

from seedengine.generation.expressions import calls, choices, conditions, literals
from seedengine.generation.expressions.columns import Column, Evaluate, Rows

Handler = Callable[[Rows, exp.Expr, Evaluate], Column]

HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Add: calls.binary,
    exp.And: choices.connected,
    exp.Anonymous: calls.function,
    exp.Array: calls.array,
    exp.Between: choices.between,
    exp.Boolean: literals.boolean,
    exp.Bracket: calls.element,
    exp.Case: choices.case,
    exp.Cast: calls.cast,
    exp.Column: literals.path,
    exp.Div: calls.binary,
    exp.DPipe: calls.binary,
    exp.EQ: conditions.comparison,
    exp.Escape: conditions.escaped,
    exp.GT: conditions.comparison,
    exp.GTE: conditions.comparison,
    exp.ILike: conditions.like,
    exp.In: conditions.contained,
    exp.Is: conditions.tested,
    exp.Like: conditions.like,
    exp.Literal: literals.literal,
    exp.LT: conditions.comparison,
    exp.LTE: conditions.comparison,
    exp.Mod: calls.binary,
    exp.Mul: calls.binary,
    exp.Neg: calls.unary,
    exp.NEQ: conditions.comparison,
    exp.Not: conditions.negated,
    exp.Null: literals.null,
    exp.NullSafeEQ: conditions.distinct,
    exp.NullSafeNEQ: conditions.distinct,
    exp.Or: choices.connected,
    exp.Paren: calls.nested,
    exp.Pow: calls.binary,
    exp.Sub: calls.binary,
}


def evaluate_node(rows: Rows, node: exp.Expr) -> Column:
    """The node's values for these rows; ExpressionFault for types that do not fit, EvaluationFault for a row."""
    return HANDLERS[type(node)](rows, node, evaluate_node)

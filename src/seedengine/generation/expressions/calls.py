"""Operators and functions by their types, casts, and arrays with their elements."""

from sqlglot import exp

from seedengine.diagnostics import closest
from seedengine.generation.expressions import arrays, casts, choices, literals, overloads
from seedengine.generation.expressions.casts import as_text
from seedengine.generation.expressions.columns import Column, Evaluate, Rows
from seedengine.generation.expressions.functions import FUNCTIONS, function_names
from seedengine.generation.expressions.operators import OPERATORS, SYMBOLS
from seedengine.generation.expressions.text import concatenate
from seedengine.generation.expressions.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    INTERVAL,
    NUMERIC,
    TEXT,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    Type,
    array_of,
)
from seedengine.spec.expressions import ExpressionFault

_TYPES = {
    exp.DType.INT: INTEGER,
    exp.DType.BIGINT: BIGINT,
    exp.DType.DECIMAL: NUMERIC,
    exp.DType.DOUBLE: FLOAT,
    exp.DType.TEXT: TEXT,
    exp.DType.VARCHAR: TEXT,
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.DATE: DATE,
    exp.DType.TIMESTAMP: TIMESTAMP,
    exp.DType.TIME: TIME,
    exp.DType.INTERVAL: INTERVAL,
    exp.DType.UUID: TEXT,
}


def binary(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """A chain of operators from left to right, however long."""
    chain = [node]
    while type(chain[-1].this) in OPERATORS and isinstance(chain[-1].this, exp.Binary):
        chain.append(chain[-1].this)
    column = evaluate(rows, chain[-1].this)
    for each in reversed(chain):
        column = _operated(rows, each, column, evaluate(rows, each.expression))
    return column


def unary(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """A sign before a value; that of a number belongs to it, so that the least integer can be written."""
    operand, sign = node.this.unnest(), "-"
    while isinstance(operand, exp.Neg):
        operand, sign = operand.this.unnest(), "" if sign else "-"
    if isinstance(operand, exp.Literal) and not operand.args["is_string"]:
        return literals.number(f"{sign}{operand.this}", operand.meta["start"])
    return _operated(rows, node, evaluate(rows, node.this))


def _operated(rows: Rows, node: exp.Expr, *columns: Column) -> Column:
    if isinstance(node, exp.DPipe):
        return _joined(rows, *columns)
    result = overloads.call(rows, OPERATORS[type(node)], columns, columns[0].offset)
    if result is None:
        names = [_shown(column) for column in columns]
        spelt = f" {SYMBOLS[type(node)]} ".join(names) if len(names) > 1 else f"{SYMBOLS[type(node)]} {names[0]}"
        raise ExpressionFault(f"there is no `{spelt}`", columns[0].offset, _operator_help(node, columns))
    return result


def _operator_help(node: exp.Expr, columns: tuple[Column, ...]) -> str:
    names = {column.type.name for column in columns}
    if "text" in names and isinstance(node, exp.Add):
        return "texts are joined by `||`"
    if names & {"date", "timestamp"} and names & {"integer", "bigint", "numeric"}:
        return "write `interval '1 day'`, or `n * interval '1 day'`"
    return "cast one side to the other's type"


def _joined(rows: Rows, left: Column, right: Column) -> Column:
    kinds = [column.type.element is not None for column in (left, right)]
    if any(kinds):
        array, other = (left, right) if kinds[0] else (right, left)
        if all(kinds) or other.type == UNKNOWN:
            return arrays.concatenate(rows, [left, right], left.offset)
        if other.type != TEXT or array.type.element == TEXT:
            join = arrays.append if kinds[0] else arrays.prepend
            return join(rows, [left, right], left.offset)
    if not {left.type, right.type} & {TEXT, UNKNOWN}:
        spelt = f"{left.type.name} || {right.type.name}"
        raise ExpressionFault(f"there is no `{spelt}`", left.offset, "cast one of them to text")
    texts = (as_text(rows, left), as_text(rows, right))
    return rows.apply(concatenate, TEXT, left.offset, *texts)


def function(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """A function by its name, and by the types of its arguments where it has several forms."""
    name, offset = node.name.removeprefix("#"), node.meta["start"]
    if name == "coalesce" and node.expressions:
        return choices.coalesce(rows, node.expressions, evaluate, offset)
    found = FUNCTIONS.get(name)
    if found is None:
        meant = closest(name, function_names())
        raise ExpressionFault(f"there is no function `{name}`", offset, f"did you mean `{meant}`?" if meant else None)
    least, most = found.arity
    columns = [evaluate(rows, argument) for argument in node.expressions]
    if len(columns) < least or (most is not None and len(columns) > most):
        wanted = f"{least}" if least == most else f"{least} to {most}" if most else f"at least {least}"
        raise ExpressionFault(f"`{name}` takes {wanted} arguments, not {len(columns)}", offset)
    if found.special is not None:
        return found.special(rows, columns, offset)
    result = overloads.call(rows, found.overloads, columns, offset)
    if result is None:
        given = ", ".join(_shown(column) for column in columns)
        takes = " or ".join(_signature(each) for each in found.overloads if len(each.parameters) == len(columns))
        raise ExpressionFault(f"there is no `{name}({given})`", offset, f"it takes ({takes})" if takes else None)
    return result


def _signature(overload: overloads.Overload) -> str:
    return ", ".join(parameter.name for parameter in overload.parameters)


def _shown(column: Column) -> str:
    return column.type.name if column.type != UNKNOWN else "text" if column.literal else "null"


def cast(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """A value as another type."""
    named = node.args["to"]
    target = cast_type(named)
    operand = node.this.unnest()
    if isinstance(operand, exp.Array) and target.element is not None:
        elements = [evaluate(rows, each) for each in operand.expressions]
        return arrays.construct(rows, elements, target.element, elements[0].offset if elements else 0)
    column = evaluate(rows, node.this)
    if named.this == exp.DType.UUID:
        return casts.cast_uuid(rows, column)
    parameters = tuple(int(parameter.name) for parameter in named.expressions) if target.element is None else ()
    return casts.cast(rows, column, target, parameters)


def cast_type(named: exp.DataType) -> Type:
    """The type that a cast names."""
    if named.this == exp.DType.ARRAY:
        return array_of(cast_type(named.expressions[0]))
    kind = named.this if isinstance(named.this, exp.DType) else exp.DType.INTERVAL
    return _TYPES[kind]


def array(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """`array[…]`."""
    columns = [evaluate(rows, each) for each in node.expressions]
    return arrays.construct(rows, columns, None, columns[0].offset if columns else 0)


def element(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """`array[n]`."""
    column = evaluate(rows, node.this)
    return arrays.subscript(rows, column, evaluate(rows, node.expressions[0]), column.offset)


def nested(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """What stands in brackets."""
    return evaluate(rows, node.this)

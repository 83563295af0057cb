"""What must hold for any document and any text of an expression: an answer, or a fault that says what is wrong."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl

from seedengine import engine
from seedengine.diagnostics import InvalidCall, InvalidSpec, Refused, SeedengineError
from seedengine.generation.entity import make_rows, open_world
from seedengine.generation.expressions import EvaluationFault, evaluate, evaluate_text
from seedengine.generation.faults import GenerationFault
from seedengine.render.diagnostics import render_diagnostics
from seedengine.spec.expressions import Expression, ExpressionFault, parse, parse_template
from seedengine.spec.generators import Choice, Constant, Int, Value
from seedengine.spec.load import Loaded
from seedengine.spec.model import Spec

MADE_ROWS = 20
"""The rows of each entity that are made of a valid document."""


class Violation(AssertionError):
    """A property does not hold."""


@dataclass(frozen=True)
class Outcome:
    """How a case ended: what it was, and whether values were made of it."""

    valid: bool
    made: bool


def hold_document(path: Path, then: Callable[[], None] = lambda: None) -> Outcome:
    """Load a document, `then` make the first rows of what is valid; raises whatever is no diagnostic."""
    try:
        loaded = engine.load(path)
    except InvalidSpec as invalid:
        _check(invalid.diagnostics)
        return Outcome(valid=False, made=False)
    except (InvalidCall, Refused) as refused:
        _check_message(refused)
        return Outcome(valid=False, made=False)
    for each in loaded.diagnostics:
        if each.severity != "warning":
            raise Violation(f"a valid document has the fault {each.code}")
    then()
    return Outcome(valid=True, made=_make_rows(loaded))


def _check(diagnostics: Iterable[object]) -> None:
    found = tuple(diagnostics)
    if not found:
        raise Violation("an invalid document without a diagnostic")
    for each in found:
        code, message = getattr(each, "code", None), getattr(each, "message", None)
        if not code or not message:
            raise Violation(f"a diagnostic with the code {code!r} and the message {message!r}")
    if not render_diagnostics(found).strip():  # type: ignore[arg-type]
        raise Violation("diagnostics that show nothing")


def _check_message(error: SeedengineError) -> None:
    if not error.message.strip():
        raise Violation(f"{type(error).__name__} without a message")


def _make_rows(loaded: Loaded) -> bool:
    """Whether the first rows of all entities could be made, in a spec of few rows."""
    try:
        world = open_world(_few_rows(loaded.spec))
        for entity in loaded.spec.entities:
            make_rows(world, entity, 0, min(MADE_ROWS, world.count(entity)))
    except InvalidSpec as invalid:
        _check(invalid.diagnostics)
        return False
    except GenerationFault as fault:
        if not fault.message.strip():
            raise Violation("a GenerationFault without a message") from fault
        return False
    return True


def _few_rows(spec: Spec) -> Spec:
    """The same spec with counts and quantities that are no larger."""
    few = {}
    for name, each in spec.entities.items():
        update: dict[str, object] = {} if each.count is None else {"count": min(each.count, MADE_ROWS)}
        if each.per:
            update["per"] = {
                parent: quantity if _is_small(quantity) else _THREE for parent, quantity in each.per.items()
            }
        few[name] = each.model_copy(update=update)
    return spec.model_copy(update={"entities": few})


_THREE = Constant(3)


def _is_small(quantity: Value) -> bool:
    if isinstance(quantity, Constant):
        return not isinstance(quantity.root, int) or quantity.root <= MADE_ROWS
    if isinstance(quantity, Int):
        ends = quantity.range.literals()
        return ends is not None and ends[1] <= MADE_ROWS
    return isinstance(quantity, Choice) and all(map(_is_small, quantity.values))


_MOMENT = datetime(2026, 1, 1, 8, 30)
_VALUES: dict[tuple[str, ...], pl.Series] = {
    ("small",): pl.Series([1, None, -3], dtype=pl.Int32),
    ("row",): pl.Series([1, 2, 3], dtype=pl.Int64),
    ("nth",): pl.Series([1, 2, 1], dtype=pl.Int64),
    ("large",): pl.Series([2**63 - 1, 0, None], dtype=pl.Int64),
    ("price",): pl.Series([Decimal("1.25"), None, Decimal("-99999.99")], dtype=pl.Decimal(38, 2)),
    ("ratio",): pl.Series([0.1, None, float("inf")]),
    ("name",): pl.Series(["Ünal, Zoë", "", None]),
    ('odd "name',): pl.Series(["a", "b", None]),
    ("active",): pl.Series([True, False, None]),
    ("day",): pl.Series([date(2024, 2, 29), None, date(9999, 12, 31)]),
    ("as_of",): pl.Series([_MOMENT] * 3, dtype=pl.Datetime("us")),
    ("order", "created_at"): pl.Series([_MOMENT, None, datetime(1, 1, 1)], dtype=pl.Datetime("us")),
    ("hour",): pl.Series([time(8), None, time(23, 59, 59, 999999)]),
    ("span",): pl.Series(
        [{"months": 1, "days": -40, "microseconds": 1}, None, {"months": 2**31 - 1, "days": 0, "microseconds": 0}],
        dtype=pl.Struct({"months": pl.Int32, "days": pl.Int32, "microseconds": pl.Int64}),
    ),
    ("tags",): pl.Series([["a", None], [], None], dtype=pl.List(pl.String)),
    ("numbers",): pl.Series([[1, 2], [None], []], dtype=pl.List(pl.Int32)),
    ("nothing",): pl.Series([None] * 3, dtype=pl.Null),
    ("object",): pl.Series([{"a": 1}, {"a": None}, None], dtype=pl.Struct({"a": pl.Int64})),
}
"""A column for each of the names in an expression; whatever else it names is text."""

_ROWS = 3
_OTHER = pl.Series(["x", "", None])


def hold_expression(text: str) -> Outcome:
    """Parse a text and evaluate what it says; raises whatever is no fault of an expression."""
    try:
        parsed = parse(text)
    except ExpressionFault as fault:
        _check_offset(fault.message, fault.offset, text)
        return Outcome(valid=False, made=False)
    return Outcome(valid=True, made=_evaluate(parsed))


def hold_template(text: str) -> Outcome:
    """The same for a template."""
    try:
        parts = [part for part in parse_template(text) if isinstance(part, Expression)]
    except ExpressionFault as fault:
        _check_offset(fault.message, fault.offset, text)
        return Outcome(valid=False, made=False)
    return Outcome(valid=True, made=not [part for part in parts[:3] if not _evaluate(part)])


def _evaluate(expression: Expression) -> bool:
    """Whether every row has a value; where none is asked for, types alone decide, and the same ones."""
    columns = {path: _VALUES.get(path, _OTHER) for path in expression.paths}
    none = {path: column.clear() for path, column in columns.items()}
    try:
        dtype = evaluate(expression, none, 0).dtype
    except ExpressionFault as fault:
        _check_offset(fault.message, fault.offset, expression.source)
        dtype = None
    try:
        values = evaluate(expression, columns, _ROWS)
        texts = evaluate_text(expression, columns, _ROWS)
    except EvaluationFault as fault:
        _check_offset(fault.message, fault.offset, expression.source)
        if fault.row is not None and not 0 <= fault.row < _ROWS:
            raise Violation(f"a fault in row {fault.row} of {_ROWS}") from fault
        return False
    except ExpressionFault as fault:
        _check_offset(fault.message, fault.offset, expression.source)
        if dtype is not None:
            raise Violation(f"types fit without a row and not with some: {fault.message}") from fault
        return False
    if dtype is None:
        raise Violation("types do not fit without a row, and do with some")
    if len(values) != _ROWS or len(texts) != _ROWS or values.dtype != dtype:
        raise Violation(f"{len(values)} values of {values.dtype}, {len(texts)} texts, for {_ROWS} rows of {dtype}")
    return True


def _check_offset(message: str, offset: int, text: str) -> None:
    if not message.strip() or not 0 <= offset <= max(len(text), 10_000):
        raise Violation(f"a fault at {offset} of {len(text)} characters: {message!r}")

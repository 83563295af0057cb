"""Values of two rows compared and shown to the letter, whatever the database itself takes for equal.

A spelling that a column's collation ignores, `1.0` for `1.00`, or a month for thirty days is a change to whoever looks.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class RowText(FunctionElement[str]):
    """One text for some columns of a row, the same for two rows exactly where all of them look the same."""

    name = "row_text"
    type = sa.Text()
    inherit_cache = True


class Shown(FunctionElement[Any]):
    """A value as it is shown, NULL where it is NULL."""

    name = "shown"
    type = sa.types.NullType()
    inherit_cache = True


class Differ(FunctionElement[bool]):
    """That two values of the same column do not look the same; NULL is a value like any other."""

    name = "differ"
    type = sa.Boolean()
    inherit_cache = True


@compiles(RowText, "postgresql")
def _row_text_on_postgres(element: RowText, compiler: Any, **options: Any) -> str:
    return f"CAST(ROW({compiler.process(element.clauses, **options)}) AS text)"


@compiles(RowText, "sqlite")
def _row_text_on_sqlite(element: RowText, compiler: Any, **options: Any) -> str:
    return "(" + " || ',' || ".join(f"quote({compiler.process(each, **options)})" for each in element.clauses) + ")"


@compiles(Shown, "postgresql")
def _shown_on_postgres(element: Shown, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS text)"


@compiles(Shown, "sqlite")
def _shown_on_sqlite(element: Shown, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.clauses, **options)
    return text


@compiles(Differ, "postgresql")
def _differ_on_postgres(element: Differ, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(each, **options) for each in element.clauses)
    return f"(CAST({left} AS text) IS DISTINCT FROM CAST({right} AS text))"


@compiles(Differ, "sqlite")
def _differ_on_sqlite(element: Differ, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(each, **options) for each in element.clauses)
    return f"({left} COLLATE BINARY IS NOT {right})"

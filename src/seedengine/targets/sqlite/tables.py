"""The tables of a file that seedengine makes: creating them, and giving them the columns that a spec has gained."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, DropTable

from seedengine.catalog import Column, Table
from seedengine.diagnostics import DatabaseError, InvalidCall
from seedengine.targets.columntypes import Kind, parse_type
from seedengine.targets.ddl import build_indexes, build_table
from seedengine.targets.relations import Relation
from seedengine.targets.sqlite.catalog import MADE

# None has an affinity that could change a value: what is text stays text in NUMERIC ones, as it is no number.
_DECLARED = {
    Kind.INTEGER: "INTEGER",
    Kind.FLOAT: "REAL",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.JSON: "JSON",
    Kind.ARRAY: "JSON",
}


def declare(type: str) -> str:
    """SQLite's declaration for a type of PostgreSQL; a type that is not known is TEXT, never the text itself."""
    parsed = parse_type(type)
    if parsed.kind is Kind.NUMERIC:
        return "NUMERIC" + "".join(type[type.index("(") :].split()) if parsed.digits is not None else "NUMERIC"
    declared = _DECLARED.get(parsed.kind, "TEXT")
    with_digits = parsed.kind in (Kind.TIME, Kind.TIMESTAMP) and parsed.digits is not None
    return f"{declared}({parsed.digits})" if with_digits else declared


def create_tables(
    connection: sa.Connection, relations: Mapping[str, Relation], tables: Sequence[Table], file: str
) -> dict[str, Table]:
    """Create the tables that the file lacks, without indexes, and add the columns that those made by seedengine lack.

    Returns the tables that gained columns while they held rows: `settle` gives them their keys once these are gone.
    Raises InvalidCall for a name with a NUL, and DatabaseError where a table that seedengine made is another than the
    spec's in any other way.
    """
    outgrown: dict[str, Table] = {}
    for table in tables:
        held = relations.get(table.name)
        if held is None:
            _check_names(table)
            _check_case(table.name, relations)
            _make(connection, table)
        elif held.table.made and (gained := _gained(table, held.table, relations, file)):
            _add_columns(connection, table, gained)
            outgrown[table.name] = table
    for name, table in list(outgrown.items()):
        if _is_empty(connection, name):
            _make_anew(connection, table)
            del outgrown[name]
    return outgrown


def _check_names(table: Table) -> None:
    """SQLite reads a statement up to its first NUL."""
    if any("\0" in name for name in (table.name, *(column.name for column in table.columns))):
        raise InvalidCall(f"`{table.name}` has a name that SQLite cannot hold", "take another name")


def _check_case(name: str, relations: Mapping[str, Relation]) -> None:
    """Names that differ in case alone are one to SQLite."""
    for other in relations:
        if other.lower() == name.lower():
            raise DatabaseError(
                f"`{name}` differs in case alone from the table `{other}` of the file", f"write it as `{other}`"
            )


def settle(connection: sa.Connection, table: Table, held: Table, relations: Mapping[str, Relation], file: str) -> None:
    """Give a table that has gained columns its keys and NOT NULLs, now that its old rows are gone.

    Raises DatabaseError where rows stay that the new columns cannot do without.
    """
    if _is_empty(connection, table.name):
        _make_anew(connection, table)
        return
    gained = {column.name for column in table.columns} - {column.name for column in held.columns}
    keys = {name for key in table.foreign_keys for name in key.columns} | {n for each in table.unique for n in each}
    for column in table.columns:
        if column.name in gained and (not column.nullable or column.name in keys):
            raise DatabaseError(
                f"`{table.name}` gains `{column.name}`, and holds rows that this spec does not remove",
                f"remove these rows first, take `{column.name}` out of the spec, or give another file"
                if _others(relations)
                else f"delete the file `{file}`, or give another",
            )


def _others(relations: Mapping[str, Relation]) -> list[str]:
    """The tables of a file of ours that somebody else made, which would be lost with it."""
    return sorted(name for name, relation in relations.items() if not relation.table.made)


def _gained(wanted: Table, held: Table, relations: Mapping[str, Relation], file: str) -> list[Column]:
    """The columns that the spec has and the file lacks; raises DatabaseError for any other difference."""
    difference = _difference(wanted, held)
    if difference is not None:
        others = _others(relations)
        raise DatabaseError(
            f"the file `{file}` was made from another spec: {difference}",
            f"give another file: this one holds `{others[0]}` too, which seedengine did not make"
            if others
            else "delete that file, or give another",
        )
    return [column for column in wanted.columns if held.column(column.name) is None]


def _difference(wanted: Table, held: Table) -> str | None:
    for column in held.columns:
        place = f"`{held.name}.{column.name}`"
        other = wanted.column(column.name)
        if other is None:
            return f"{place} is no longer in it"
        if declare(other.type).upper() != column.type.upper():
            return f"{place} is {column.type} there and {declare(other.type)} now"
        if other.nullable and not column.nullable and column.name not in wanted.primary_key:
            return f"{place} takes no NULL there and may be NULL now"
    if wanted.primary_key != held.primary_key:
        return f"the primary key of `{held.name}` is another"
    gained = {column.name for column in wanted.columns if held.column(column.name) is None}
    before = {frozenset(columns) for columns in held.unique}
    if before != {frozenset(each) for each in wanted.unique if not gained & set(each)}:
        return f"other columns of `{held.name}` are unique"
    references = {(key.columns, key.target, key.target_columns) for key in held.foreign_keys}
    if references != {
        (key.columns, key.target, key.target_columns) for key in wanted.foreign_keys if not gained & set(key.columns)
    }:
        return f"other columns of `{held.name}` are foreign keys"
    return None


def _add_columns(connection: sa.Connection, table: Table, gained: Sequence[Column]) -> None:
    loose = Table(table.name, tuple(Column(each.name, each.type) for each in gained))
    built = build_table(loose, declare, foreign_keys=False)
    name = connection.dialect.identifier_preparer.quote(built.name)
    for column in built.columns:
        declaration = str(CreateColumn(column).compile(dialect=connection.dialect))
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {declaration}")


def _make_anew(connection: sa.Connection, table: Table) -> None:
    connection.execute(DropTable(build_table(table, declare, foreign_keys=False)))
    _make(connection, table)


def _make(connection: sa.Connection, table: Table) -> None:
    built = build_table(table, declare, foreign_keys=True)
    head = f"CREATE TABLE {connection.dialect.identifier_preparer.format_table(built)} "
    declaration = str(CreateTable(built).compile(dialect=connection.dialect))
    connection.exec_driver_sql(declaration.replace(head, f"{head}{MADE} ", 1))


def create_indexes(connection: sa.Connection, tables: Sequence[Table]) -> None:
    """Give each table the indexes that its foreign keys lack, where it has not got them yet."""
    for table in tables:
        for index in build_indexes(build_table(table, declare, foreign_keys=True), table):
            connection.execute(CreateIndex(index, if_not_exists=True))


def _is_empty(connection: sa.Connection, table: str) -> bool:
    name = connection.dialect.identifier_preparer.quote_identifier(table)
    return not connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {name})").scalar_one()

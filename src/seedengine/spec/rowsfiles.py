"""`rows: cities.csv`: the file that it names, beside the spec, and its columns as fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seedengine.diagnostics import Diagnostic, InvalidSpec, closest
from seedengine.spec.extends import Origins, declared
from seedengine.spec.facts import Facts, FileFault, FileRows
from seedengine.spec.generators import FileColumn
from seedengine.spec.model import Entity, RowsFile, Spec
from seedengine.spec.source import Document
from seedengine.spec.source.scalars import shorten

MOST_COLUMNS = 20_000
"""Of all entities together."""

_LONGEST_SHOWN = 200
_OUTSIDE = "name a file in the folder of the spec, or in a folder in it"


def read_files(
    spec: Spec, document: Document, origins: Origins, folder: Path, facts: Facts
) -> tuple[Spec, list[Diagnostic]]:
    """The spec with the rows of its files, each read once, and the faults of those that could not be.

    Raises InvalidSpec where they have too many columns.
    """
    entities, faults, columns = dict(spec.entities), [], 0
    read: dict[str, FileRows | FileFault] = {}
    for name, file in _named(spec):
        if file.name not in read:
            read[file.name] = _read(folder, file.name, facts)
        found = read[file.name]
        if isinstance(found, FileFault):
            line = f", line {found.line}" if found.line is not None else ""
            location = document.location(declared(origins, name, "", "rows"))
            faults.append(Diagnostic("S138", f"`{_shown(file.name)}`{line}: {found.message}", location, found.help))
        else:
            columns += len(found.names)
            if columns > MOST_COLUMNS:
                message = f"the files of `rows` have more than {MOST_COLUMNS:,} columns, counted in every entity"
                help = "keep the columns that you need, or let fewer entities take over `rows`"
                raise InvalidSpec([Diagnostic("S006", message, document.location(("entities", name), key=True), help)])
            entities[name] = _filled(spec.entities[name], file.name, found)
    return spec.model_copy(update={"entities": entities}), faults


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else shorten(name)


def _named(spec: Spec) -> Iterator[tuple[str, RowsFile]]:
    for name, entity in spec.entities.items():
        if isinstance(entity.rows, RowsFile):
            yield name, entity.rows


def _read(folder: Path, name: str, facts: Facts) -> FileRows | FileFault:
    """What is in the file; a spec reads none outside of its folder, by whatever way."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        return FileFault("outside of the spec's folder", _OUTSIDE)
    try:
        whole = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError):
        return FileFault("no path of a file", _OUTSIDE)
    if not whole.is_relative_to(folder.resolve()):
        return FileFault("a link leads outside of the spec's folder", _OUTSIDE)
    try:
        return facts.read_rows(whole)
    except FileFault as fault:
        return FileFault(fault.message, fault.help or _neighbour(folder, name), fault.line)


def _neighbour(folder: Path, name: str) -> str:
    near = closest(name, sorted(each.name for each in folder.glob("*.csv") if each.is_file()))
    return f"did you mean `{near}`?" if near else "give the path of a CSV file, from the folder of the spec on"


def _filled(entity: Entity, name: str, table: FileRows) -> Entity:
    """The columns of the file as fields; where a cell is empty, what `fields` says of its column."""
    cells = {
        column: FileColumn.model_construct(
            table=table,
            column=column,
            missing=entity.fields.get(column) if table.has_empty(column) else None,
        )
        for column in table.names
    }
    rest = {column: value for column, value in entity.fields.items() if column not in cells}
    return entity.model_copy(update={"rows": RowsFile(name, table), "fields": {**cells, **rest}})

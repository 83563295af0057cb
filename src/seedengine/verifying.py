"""The rows of a database against those that a spec makes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from time import monotonic
from typing import TYPE_CHECKING

from seedengine.explaining import explaining
from seedengine.planning import Size
from seedengine.planning.choices import Progress
from seedengine.planning.renewal import check_unrenewed
from seedengine.planning.verification import Verification
from seedengine.run import Run
from seedengine.spec.load import Loaded

if TYPE_CHECKING:
    import polars as pl

    from seedengine.targets.protocol import ExpectedRows, Target


def verify(loaded: Loaded, target: Target, *, progress: Progress | None = None) -> Verification:
    """How the database differs from the spec: rows missing, changed, and there besides; nothing is written to it.

    Raises InvalidSpec where the spec does not fit the database or a value cannot be made, DatabaseError where the
    database refuses.
    """
    started = monotonic()
    target.require()
    run = Run(loaded, target)
    warnings = check_unrenewed(run.check)
    with explaining(loaded), target.begin(read_only=True) as transaction:
        found = transaction.compare(list(_expected(run, progress)), run.removals())
    return Verification(
        spec=loaded.spec.name,
        target=target.name,
        entities=found.entities,
        extra=found.extra,
        seconds=monotonic() - started,
        warnings=warnings,
        notes=run.notes,
        size=Size.of(loaded.options),
    )


def _expected(run: Run, progress: Progress | None) -> Iterator[ExpectedRows]:
    """The rows of every entity; those without a key stand together with others of the same columns."""
    from seedengine.targets.protocol import ExpectedRows

    for table in run.graph.tables:

        def alike(entity: str) -> tuple[str, ...]:
            key = run.scope.key(entity)
            return (entity,) if key else tuple(sorted(run.world.entity(entity).fields))

        for _, group in groupby(sorted(run.scope.tables[table], key=alike), key=alike):
            entities = tuple(group)
            yield ExpectedRows(
                entity=" and ".join(entities),
                table=table,
                key=run.scope.key(entities[0]),
                columns=tuple(run.world.entity(entities[0]).fields),
                rows=run.world.count(*entities),
                batches=partial(_batches, run, table, entities, progress),
            )


def _batches(
    run: Run, table: str, entities: tuple[str, ...], progress: Progress | None, columns: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    from seedengine.generation.entity import batches
    from seedengine.targets.ahead import ahead

    done, total = 0, run.world.count(*entities)
    for entity in entities:
        with ahead(batches(run.world, entity, columns)) as made:
            for batch in made:
                done += batch.height
                if progress is not None:
                    progress(table, done, total)
                yield batch

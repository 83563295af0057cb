"""What a spec makes and the versions of what makes it, pinned in a lock beside it."""

from __future__ import annotations

import sys
from hashlib import blake2b
from importlib.metadata import version
from time import monotonic
from typing import TYPE_CHECKING

from seedengine.diagnostics import InvalidCall
from seedengine.explaining import explaining
from seedengine.fingerprint import PACKAGES
from seedengine.lockfile import LOCK, alone_in, read_lock, write_lock
from seedengine.planning import Size
from seedengine.planning.choices import Progress
from seedengine.planning.verification import LockedRows, LockEntry, LockVerification, find_drifts
from seedengine.spec.load import Loaded
from seedengine.spec.profiles import LoadOptions

if TYPE_CHECKING:
    import polars as pl

    from seedengine.generation.world import World


def verify_lock(loaded: Loaded, *, progress: Progress | None = None) -> LockVerification:
    """What has drifted from the lock beside the spec; no database is used.

    Raises InvalidCall where there is no lock of the spec in this size, InvalidSpec where a value cannot be made.
    """
    started = monotonic()
    path, size = loaded.path.with_name(LOCK), _size_in_words(loaded.options)
    if not path.exists():
        raise InvalidCall(f"`{path}` does not exist", "write it with `seedengine verify SPEC --write-lock`")
    sizes = read_lock(path).get(loaded.path.name, {})
    if size not in sizes:
        others = f", only {', '.join(f'`{each}`' for each in sorted(sizes))}" if sizes else ""
        message = f"`{path}` has no entry of `{loaded.path.name}` for the size `{size}`{others}"
        raise InvalidCall(message, "write it with `seedengine verify SPEC --write-lock` and the same size")
    entry = _pin(loaded, progress)
    return _verification(loaded, entry, sizes[size], started)


def pin(loaded: Loaded, *, progress: Progress | None = None) -> LockVerification:
    """Write what the spec makes in this size into the lock beside it; entries of other sizes and specs stay.

    Raises InvalidCall where the lock is damaged or cannot be written, InvalidSpec where a value cannot be made.
    """
    started = monotonic()
    path = loaded.path.with_name(LOCK)
    read_lock(path)  # before the work, what would stop it in the end
    entry = _pin(loaded, progress)
    with alone_in(path.parent):
        entries = read_lock(path)
        sizes = {**entries.get(loaded.path.name, {}), _size_in_words(loaded.options): entry}
        write_lock(path, {**entries, loaded.path.name: sizes})
    return _verification(loaded, entry, None, started)


def _verification(loaded: Loaded, entry: LockEntry, locked: LockEntry | None, started: float) -> LockVerification:
    return LockVerification(
        spec=loaded.spec.name,
        lock=str(loaded.path.with_name(LOCK)),
        entities=len(entry.entities),
        rows=sum(each.rows for each in entry.entities.values()),
        drifts=() if locked is None else find_drifts(locked, entry),
        written=locked is None,
        seconds=monotonic() - started,
        warnings=loaded.warnings,
        size=Size.of(loaded.options),
    )


def _pin(loaded: Loaded, progress: Progress | None) -> LockEntry:
    from seedengine.generation.entity import open_world

    with explaining(loaded):
        world = open_world(loaded.spec)
        written = [entity for entities in world.scope.tables.values() for entity in entities]
        return LockEntry(_versions(loaded), {entity: _digested(world, entity, progress) for entity in written})


def _versions(loaded: Loaded) -> dict[str, str]:
    """The versions that values depend on; of Python, the first two numbers, within which `random` stays the same."""
    packages = {package: version(package) for package in PACKAGES}
    return {**packages, "language": str(loaded.spec.seedspec), "python": "{}.{}".format(*sys.version_info)}


def _size_in_words(options: LoadOptions) -> str:
    """`as written`, `profile ci`, `scale 1/10`, or both."""
    profile = [f"profile {options.profile}"] if options.profile is not None else []
    scale = [f"scale {options.scale}"] if options.scale is not None else []
    return ", ".join((*profile, *scale)) or "as written"


def _digested(world: World, entity: str, progress: Progress | None) -> LockedRows:
    """The rows of an entity in their order, as the digest of one stream of text, whatever batches it comes in.

    The order of the fields, which changes no value, does not count.
    """
    from seedengine.generation.entity import batches, column_types
    from seedengine.targets.ahead import ahead

    types = dict(sorted(column_types(world, entity).items()))
    digest = blake2b(repr(list(types)).encode(), digest_size=16)
    done, total = 0, world.count(entity)
    with ahead(batches(world, entity, tuple(types))) as made:
        for batch in made:
            digest.update(_as_text(batch, types))
            done += batch.height
            if progress is not None:
                progress(entity, done, total)
    return LockedRows(total, digest.hexdigest())


def _as_text(batch: pl.DataFrame, types: dict[str, pl.DataType]) -> bytes:
    """A line for every row, every value quoted behind a mark, so that no text looks like NULL."""
    import polars as pl

    from seedengine.targets.textforms import plain_text

    marked = (
        pl.concat_str(pl.lit("="), plain_text(pl.col(name).cast(dtype), dtype)).fill_null("-").alias(name)
        for name, dtype in types.items()
    )
    return batch.select(marked).write_csv(include_header=False, quote_style="always").encode()

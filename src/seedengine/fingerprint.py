"""What the values of a spec depend on, and one digest of all of it."""

from __future__ import annotations

from hashlib import blake2b
from importlib.metadata import version

from seedengine.spec.calls import python_calls
from seedengine.spec.load import Loaded
from seedengine.spec.model import RowsFile

PACKAGES = ("seedengine", "Faker", "polars", "numpy", "sqlglot")
"""The packages whose versions decide about values."""


def fingerprint(loaded: Loaded) -> str:
    """A digest of the text of a spec, of its size and of the versions that its values depend on."""
    digest = blake2b(loaded.document.source.text.encode(), digest_size=16)
    for entity in loaded.spec.entities.values():
        table = entity.rows.table if isinstance(entity.rows, RowsFile) else None
        digest.update(f"\0{entity.count} {table.digest if table else ''}".encode())
    if calls := [called for _, called in python_calls(loaded.spec)]:
        from seedengine.generation.python import module_digests

        for module, content in module_digests(calls, loaded.path.parent).items():
            digest.update(f"\0{module} {content}".encode())
    for package in PACKAGES:
        digest.update(f"\0{package} {version(package)}".encode())
    return digest.hexdigest()

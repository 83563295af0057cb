"""Which Python functions a spec names."""

from __future__ import annotations

from collections.abc import Iterator

from seedengine.spec.generators import PythonCall
from seedengine.spec.model import Spec
from seedengine.spec.walk import Place, walk


def python_calls(spec: Spec) -> Iterator[tuple[Place, PythonCall]]:
    """Every call of a Python function, at any depth, with its place."""
    return ((place, node) for place, node in walk(spec) if isinstance(node, PythonCall))

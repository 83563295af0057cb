"""seedengine: believable, connected rows for a database, from a declarative spec."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedengine.engine import apply, build_plan, clean, generate, json_schema, load, upsert, validate, verify

__all__ = ["apply", "build_plan", "clean", "generate", "json_schema", "load", "upsert", "validate", "verify"]


def __getattr__(name: str) -> Any:
    """The public functions, imported when they are first asked for, so that the command line starts at once."""
    if name not in __all__:
        raise AttributeError(f"module `seedengine` has no attribute `{name}`")
    from seedengine import engine

    return getattr(engine, name)

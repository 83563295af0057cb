"""Faker as generators of columns: what the checks need to know of it, compiled and row-wise values, unique domains.

What fills columns is loaded at first use, so that a check pays for neither NumPy nor Polars.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from seedengine.generation.faker.arguments import Argument, Signature
from seedengine.generation.faker.calls import CallFault, check_call
from seedengine.generation.faker.facts import fallback_warning, methods, signature
from seedengine.generation.faker.providers import locales

if TYPE_CHECKING:
    from seedengine.generation.faker.columnwise import compiled, is_compiled
    from seedengine.generation.faker.domains import Domain
    from seedengine.generation.faker.rowwise import result_dtype, values
    from seedengine.generation.faker.unique import NoDomain, domain, holds

__all__ = [
    "Argument",
    "CallFault",
    "Domain",
    "NoDomain",
    "Signature",
    "check_call",
    "compiled",
    "domain",
    "fallback_warning",
    "holds",
    "is_compiled",
    "locales",
    "methods",
    "result_dtype",
    "signature",
    "values",
]

_COLUMNS = {
    "Domain": "domains",
    "NoDomain": "unique",
    "compiled": "columnwise",
    "domain": "unique",
    "holds": "unique",
    "is_compiled": "columnwise",
    "result_dtype": "rowwise",
    "values": "rowwise",
}


def __getattr__(name: str) -> Any:
    if name in _COLUMNS:
        return getattr(import_module(f"{__name__}.{_COLUMNS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

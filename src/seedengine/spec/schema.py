"""The JSON Schema of the language, generated from its models."""

from typing import Any

from seedengine.spec.generators.base import ANY_VALUE
from seedengine.spec.model import Spec


def build_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) by which an editor checks and completes a spec."""
    schema = _linked(Spec.model_json_schema(by_alias=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "seedengine spec",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _linked(node: Any) -> Any:
    """The schema with a reference wherever a hand-written part of it stands for any value."""
    if node == ANY_VALUE:
        return {"$ref": "#/$defs/Value"}
    if isinstance(node, dict):
        return {key: _linked(value) for key, value in node.items()}
    return [_linked(value) for value in node] if isinstance(node, list) else node

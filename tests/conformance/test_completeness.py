"""Nothing of the language is left out: reference, conformance cases and specs name all of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from seedengine.generation.expressions import function_names
from seedengine.spec.distributions import SHAPES
from seedengine.spec.generators import AGGREGATES, KINDS
from seedengine.spec.model import Entity, Spec
from tool import ROOT

REFERENCE = (ROOT / "seedspec" / "reference.md").read_text(encoding="utf-8")
VALID = ROOT / "seedspec" / "conformance" / "valid"


def mappings(node: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping of a document."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from mappings(inner)


def keys_in(folder: str) -> set[str]:
    """Every key that stands in some document of a folder."""
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / folder).glob("*.yaml")]
    return {str(key) for document in documents for mapping in mappings(document) for key in mapping}


def keys_of(model: Any) -> list[str]:
    """The keys of a model, as a document writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


MODIFIERS = set.intersection(*(set(keys_of(model)) for model in KINDS.values()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_generator(kind: str) -> None:
    assert f"\n### {kind}\n" in REFERENCE
    section = REFERENCE.split(f"\n### {kind}\n")[1].split("\n## ")[0].split("\n### ")[0]
    for option in set(keys_of(KINDS[kind])) - MODIFIERS:
        assert option in section, f"`{kind}` has the option `{option}`"
    assert (VALID / f"generator-{kind}.yaml").is_file()
    assert kind in keys_in("specs")


def test_every_key_is_in_the_reference_and_in_a_case() -> None:
    valid = keys_in("seedspec/conformance/valid")
    keys = {*keys_of(Spec), *keys_of(Entity), *MODIFIERS, *AGGREGATES, *SHAPES}
    keys |= {option for model in KINDS.values() for option in keys_of(model)}
    assert [key for key in sorted(keys) if f"`{key}" not in REFERENCE and f"{key}:" not in REFERENCE] == []
    assert [key for key in sorted(keys - {"uniform"}) if key not in valid] == []


def test_every_function_is_in_the_reference() -> None:
    section = REFERENCE.split("\n## Expressions\n")[1].split("\n## ")[0]
    assert [name for name in function_names() if f"`{name}`" not in section] == []


def test_every_code_is_in_the_reference() -> None:
    listed = re.findall(r"^\| `([SW]\d{3})` \|", REFERENCE, re.MULTILINE)
    cases = {path.name.split("-")[0] for path in (ROOT / "seedspec/conformance/invalid").glob("*.yaml")}
    assert listed == sorted(cases)


def test_every_example_of_the_reference_is_yaml() -> None:
    for block in re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL):
        if "…" not in block:
            list(yaml.safe_load_all(re.sub(r"^(?=\{)", "- ", block, flags=re.MULTILINE)))

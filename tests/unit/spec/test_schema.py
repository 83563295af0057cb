"""The JSON Schema: published as generated, and of one mind with the models."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from seedengine.spec.schema import build_schema
from seedengine.spec.source import Source, compose

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "seedspec" / "seedspec.schema.json"
SPECS = sorted([*(ROOT / "specs").glob("*.yaml"), *(ROOT / "seedspec" / "conformance" / "valid").glob("*.yaml")])


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_is_the_generated_one() -> None:
    assert json.loads(PUBLISHED.read_text()) == build_schema(), "run: seedengine schema > seedspec/seedspec.schema.json"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_it_accepts_every_spec(path: Path, validator: Draft202012Validator) -> None:
    document = compose(Source.from_text(path.read_text(), path.name))
    as_json = json.loads(json.dumps(document.data))
    assert [error.message for error in validator.iter_errors(as_json)] == []


@pytest.mark.parametrize(
    "value",
    [{"sequenc": 1}, {"sequence": 1, "cuid": {}}, {"int": 5}, {"int": "1..9", "extra": 1}, {"choice": []}, {}],
    ids=json.dumps,
)
def test_it_refuses_what_is_no_value(value: dict[str, Any], validator: Draft202012Validator) -> None:
    spec = {"seedspec": 1, "name": "x", "entities": {"a": {"count": 1, "fields": {"id": value}}}}
    assert list(validator.iter_errors(spec))

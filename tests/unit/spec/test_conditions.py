"""Splitting a condition at AND, and finding equalities with the row itself."""

import pytest

from seedengine.spec.conditions import conjuncts, equality
from seedengine.spec.expressions import parse


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a = 1", ["a = 1"]),
        ("a = 1 and b = this.b", ["a = 1", "b = this.b"]),
        ("a between 1 and 9 and b", ["a between 1 and 9", "b"]),
        ("(a and b) and c", ["(a and b)", "c"]),
        ("case when a and b then c else d end and e", ["case when a and b then c else d end", "e"]),
        ("a = 'x and y' AND b", ["a = 'x and y'", "b"]),
        ("a or b and c", ["a or b", "c"]),
        ("end.at = this.at and b", ["end.at = this.at", "b"]),
    ],
)
def test_conjuncts(source: str, parts: list[str]) -> None:
    assert [part.source.strip() for part in conjuncts(parse(source))] == parts


@pytest.mark.parametrize(
    ("source", "sides"),
    [
        ("tenant_id = this.tenant_id", ("tenant_id", "this.tenant_id")),
        ("this.a + 1 = b", ("b", "this.a + 1")),
        ("lower(name) = lower(this.name)", ("lower(name)", "lower(this.name)")),
        ("a = b", None),
        ("a < this.b", None),
        ("a or b = this.b", None),
        ("not a = this.a", None),
        ("a = this.a + c", None),
    ],
)
def test_equality(source: str, sides: tuple[str, str] | None) -> None:
    found = equality(parse(source), "this")
    assert (found and (found.candidate.source.strip(), found.this.source.strip())) == sides


def test_a_part_keeps_its_place_in_the_source() -> None:
    second = conjuncts(parse("a = 1 and bcd = 2"))[1]
    assert second.offset(("bcd",)) == len("a = 1 and ")

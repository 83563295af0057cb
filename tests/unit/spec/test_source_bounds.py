"""Hostile documents end with one fault: no crash, no recursion, no long wait."""

import pytest

from seedengine.diagnostics import InvalidSpec
from seedengine.spec.source import Source, compose


def fault(text):
    with pytest.raises(InvalidSpec) as caught:
        compose(Source.from_text(text, "spec.yaml"))
    assert len(caught.value.diagnostics) == 1
    return caught.value.diagnostics[0]


def bomb(levels, width=10):
    first = "a0: &a0 [" + ", ".join(["x"] * width) + "]\n"
    aliases = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, levels))
    return first + "".join(aliases)


@pytest.mark.parametrize(
    "text",
    [
        "x: " + "[" * 51 + "]" * 51,
        "[" * 200_000,
        "[" * 200_000 + "]" * 200_000,
        "{a: " * 200_000,
        "- " * 200_000,
        "? " * 200_000,
        "x: [" + "{" * 100_000,
        "\n".join(" " * level + "a:" for level in range(400)),
        "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30,
    ],
    ids=lambda text: text[:12],
)
def test_depth(text):
    found = fault(text)
    assert found.code == "S006"
    assert "nested" in found.message


def test_the_depth_that_is_allowed():
    data = compose(Source.from_text("x: " + "[" * 49 + "]" * 49, "spec.yaml")).data
    for _ in range(49):
        assert list(data) == ["x"] or len(data) <= 1
        data = data["x"] if isinstance(data, dict) else data[0]
    assert data == []


@pytest.mark.parametrize(
    "text",
    [
        "x: [" + "1," * 100_000 + "]",
        "".join(f"k{n}: {n}\n" for n in range(60_000)),
        "x:\n" + "- &a x\n" * 100_000,
    ],
    ids=["list", "mapping", "anchors"],
)
def test_number_of_values(text):
    found = fault(text)
    assert (found.code, found.message) == ("S006", "the document has more than 100,000 values, aliases expanded")


@pytest.mark.parametrize(
    "text",
    [bomb(4), bomb(7), bomb(30), "x:\n- &a [x, x]\n" + "- *a\n" * 4_000],
    ids=["least", "430 bytes", "30 levels", "long"],
)
def test_number_of_values_that_aliases_add(text):
    found = fault(text)
    assert (found.code, found.message) == ("S006", "aliases add more than 10,000 values")


def test_the_bomb_is_small_and_its_harmless_brother_is_read():
    assert len(bomb(8)) < 500
    assert compose(Source.from_text(bomb(3), "spec.yaml")).data["a2"][9][9][9] == "x"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("%TAG !a! b\n" * 90_000 + "--- x", "S009"),
        ("%TAG !a! b\r" * 90_000 + "--- x", "S009"),
        ("a: 1\n...\n" + "%TAG !a! b\n" * 90_000 + "--- x", "S009"),
        ("a: 1\n" + "---\n" * 250_000, "S005"),
        ("a: " + '"' * 1_000_000, "S001"),
        ("a: '" + "x\n" * 500_000, "S001"),
        ("a" + " " * 1_000_000 + ": b: c", "S001"),
        ("x\na" + " " * 1_000_000 + ": b", "S001"),
        ("a: {b}" + " " * 1_000_000 + "y", "S001"),
        ("x: " + "{}" * 500_000 + "y", "S001"),
        ("#\n" * 400_000 + "a: b: c", "S001"),
        ("x: &a [" + "y" * 900_000 + "]\n? *a\n: 1\n", "S011"),
        ("a: " + "9" * 1_000_000, "S012"),
        ("\x00" * 1_000_000, "S002"),
        ("\n" * 1_000_000, "S003"),
    ],
    ids=lambda value: value[:16].strip() if len(value) > 4 else value,
)
def test_long_texts(text, code):
    assert fault(text).code == code


@pytest.mark.parametrize(
    "text", ["k: 1\n" * 49_000, "- *a\n" * 90_000, "{" + "k, " * 49_000 + "}", "- !x a\n" * 90_000]
)
def test_the_number_of_faults_is_bounded(text):
    with pytest.raises(InvalidSpec) as caught:
        compose(Source.from_text(text, "spec.yaml"))
    assert len(caught.value.diagnostics) == 100


def test_a_long_line_costs_its_length_once():
    text = "{" + ", ".join(f"k{n}: f({n}" for n in range(40_000)) + "}"
    assert len(compose(Source.from_text(text, "spec.yaml")).data) == 40_000

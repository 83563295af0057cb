"""Diagnostics as text and as data."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from seedengine.diagnostics import Diagnostic, Location
from seedengine.render.diagnostics import diagnostic_as_json, render_diagnostics
from seedengine.render.terminal import plain

LINE = "      userId: {ref: usr}"
UNKNOWN = Diagnostic("S201", "unknown entity `usr`", Location("herafi.yaml", 41, 21, LINE, 3), "did you mean `user`?")


def snippet(source, column, length=1):
    lines = render_diagnostics([Diagnostic("S001", "x", Location("f", 1, column, source, length))]).splitlines()
    shown, carets = (line.partition("| ")[2] for line in lines[3:5])
    return shown, carets


def under(shown, carets):
    """What the carets stand under, by columns."""
    start, end = carets.index("^"), len(carets)
    columns = [(cell_len(shown[:n]), character) for n, character in enumerate(shown)]
    return "".join(character for column, character in columns if start <= column < end)


def test_an_error_reads_as_one_of_rustc():
    assert render_diagnostics([UNKNOWN]) == (
        "error[S201]: unknown entity `usr`\n"
        "  --> herafi.yaml:41:21\n"
        "   |\n"
        "41 |       userId: {ref: usr}\n"
        "   |                     ^^^\n"
        "   = help: did you mean `user`?"
    )


def test_warnings_and_errors_stand_apart():
    warning = Diagnostic("W003", "no cleanup entry reaches `log`", None, "add one", "warning")
    bare = Diagnostic("S003", "the document is empty", Location("a.yaml", 1, 1))
    assert render_diagnostics([warning, bare]) == (
        "warning[W003]: no cleanup entry reaches `log`\n"
        "  = help: add one\n"
        "\n"
        "error[S003]: the document is empty\n"
        " --> a.yaml:1:1"
    )
    assert render_diagnostics([]) == ""


def test_colour_adds_nothing_but_colour():
    coloured = render_diagnostics([UNKNOWN], color=True)
    assert coloured.startswith("\x1b[1;31merror[S201]\x1b[0m")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_diagnostics([UNKNOWN])


@pytest.mark.parametrize(
    ("source", "column", "length", "marked"),
    [
        ("a: @x", 4, 1, "@"),
        ("名前: 日本 bad", 8, 3, "bad"),
        ("名前: 日本 bad", 5, 2, "日本"),
        ("\ta:\tbad", 5, 3, "bad"),
        ("é: e\u0301 bad", 7, 3, "bad"),
        ("😀😀 bad", 4, 3, "bad"),
        ("a: \x1b[31m bad", 10, 3, "bad"),
        ("a: \u202e bad", 6, 3, "bad"),
    ],
)
def test_carets_stand_under_what_they_mean(source, column, length, marked):
    assert under(*snippet(source, column, length)) == marked


def test_a_caret_may_stand_after_the_line():
    assert snippet("a:", 3) == ("a:", "  ^")


@pytest.mark.parametrize(
    ("before", "after", "cut_before", "cut_after"),
    [(300, 300, True, True), (10, 300, False, True), (300, 2, True, False), (50, 40, False, False)],
)
@pytest.mark.parametrize("filling", ["a", "日", "\t", "\x07"])
def test_long_lines_are_cut_around_the_carets(before, after, cut_before, cut_after, filling):
    source = filling * before + "BAD" + filling * after
    shown, carets = snippet(source, before + 1, 3)
    assert under(shown, carets) == "BAD"
    assert cell_len(shown) <= 102
    if filling == "a":
        assert (shown.startswith("…"), shown.endswith("…")) == (cut_before, cut_after)


def test_carets_of_a_long_part_end_with_what_is_shown():
    shown, carets = snippet("x" * 500_000, 1001, 400_000)
    assert under(shown, carets) == "x" * 60
    assert shown == "…" + "x" * 100 + "…"


HOSTILE = "\x1b]0;x\x07\r\n\x9b31m\x7f\u202e\u2066\u2028\ud800"


def test_no_text_steers_the_terminal():
    location = Location(HOSTILE, 1, 1, HOSTILE, 2)
    shown = render_diagnostics([Diagnostic("S001", HOSTILE, location, HOSTILE)])
    assert len(shown.splitlines()) == 6
    assert plain(shown.replace("\n", "")) == shown.replace("\n", "")
    assert r"\x1b]0;x\x07\r\n\x9b31m\x7f\u202e\u2066\u2028\ud800" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("café 日本 مرحبا 😀", "café 日本 مرحبا 😀"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x00\x1b\x7f\x80\x9f", r"\x00\x1b\x7f\x80\x9f"),
        ("\u202a\u202e\u2066\u2069", r"\u202a\u202e\u2066\u2069"),
        ("\u200e\u200f\u061c\u202d\u2068", r"\u200e\u200f\u061c\u202d\u2068"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_plain_text(text, shown):
    assert plain(text) == shown


@settings(deadline=None)
@given(st.text(), st.integers(0, 40), st.integers(1, 40))
def test_any_place_of_any_line_is_rendered(source, offset, length):
    place = Location("f", 1, min(offset, len(source)) + 1, source, length)
    shown = render_diagnostics([Diagnostic("S001", "x", place)])
    assert shown.encode()
    assert all(cell_len(line) <= 110 for line in shown.split("\n"))


def test_json_holds_the_texts_as_they_are():
    data = json.loads(json.dumps(diagnostic_as_json(UNKNOWN)))
    assert data == {
        "severity": "error",
        "code": "S201",
        "message": "unknown entity `usr`",
        "help": "did you mean `user`?",
        "location": {"file": "herafi.yaml", "line": 41, "column": 21, "length": 3},
    }
    assert diagnostic_as_json(Diagnostic("W003", "x", severity="warning"))["location"] is None

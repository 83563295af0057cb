"""Texts that mean something to a database, to YAML or to a terminal; specs that hold them; what is shown of them."""

import io
import json
import os
import re
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from seedengine.cli.group import run
from tool import Outcome

ESC, OSC, RLO = "\x1b[7;35m", "\x1b]8;;http://evil.test\x07link\x1b]8;;\x07", "abc\u202egnp.exe"

TABLES = (
    '"; DROP TABLE victim; --', "'; DROP TABLE victim; --", "%(x)s", "%s", "{x}", ":name", "::text", "?", "$1", "\\",
    "a.b", "--", "/*", "a\nb", "a\r\tb", "select", "  spaced  ", "name", "Name", "e\u0301", "a\u2028b", RLO, ESC, OSC,
    "\x9b31m", "[bold]", "n" * 63,
)  # fmt: skip
NAMES = (
    *TABLES, "'", '"', '""', "`", "%", "_", "$$", "{", "\\N", "\\.", "\\'", ";", "*/", "a\x0bb", "a, b", "(a) = (b)",
    "table", "order", "null", "NAME", "مرحبا", "日本", "\N{SEEDLING}", "a\u200bb", "a\x85b", "\u2066x\u2069", "a\bb",
    "a\x7fb", "a\x07b", "[/]", "[link=http://evil.test]x[/link]", ":smile:", "é" * 31 + "n",
)  # fmt: skip
"""Every database can hold them as names, though SQLite not all at once: it does not tell `name` from `NAME`."""

VALUES = (
    *NAMES, "", "n" * 200, "é" * 200, "<script>", "1..9", "30%", "~", "null", "{}", "[]", "a,b", '"quoted"', "\r\n",
)  # fmt: skip
TOO_LONG = ("n" * 64, "é" * 32, "n" * 200)

_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OWN = re.compile(r"\x1b\[(?!7;35m)[0-9;]*m|\r|\x1b\[(?:\?25[lh]|2K|1A)")
"""What the tool itself writes to a terminal: its styles, and what its bar of progress is drawn with."""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*arguments: object, terminal: bool = False) -> Outcome:
    """Run the command line, and require that nothing it was given or found steers the terminal that it may write to."""
    out, err = (_Terminal(), _Terminal()) if terminal else (io.StringIO(), io.StringIO())
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    outcome = Outcome(code, out.getvalue(), err.getvalue())
    for text in (outcome.out, outcome.err):
        steering = _STEERING.search(_OWN.sub("", text) if terminal or os.environ.get("FORCE_COLOR") else text)
        assert steering is None, f"{arguments} shows {steering}: {text!r}"
    if "json" in arguments:
        assert outcome.out.isascii(), f"{arguments}: {outcome.out!r}"
        json.loads(outcome.out)
    return outcome


def refused(outcome: Outcome, *codes: int) -> str:
    """Require that a run ended with one of these codes and one fault with what to do about it; all that was said."""
    assert outcome.code in codes, outcome
    faults = [line for line in _OWN.sub("", outcome.err).splitlines() if re.match(r"error(?:\[\w+\])?: ", line)]
    counted = [line for line in faults if re.match(r"error: \d+ faults? in ", line)]
    assert len(faults) - len(counted) == 1, outcome.err
    assert "Traceback" not in outcome.err
    return outcome.err


def as_yaml(value: object) -> str:
    """A document whose texts all stand in quotes, every character that is not plain as its escape."""
    match value:
        case dict():
            return "{" + ", ".join(f"? {as_yaml(key)}\n: {as_yaml(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(as_yaml, value)) + "]"
        case str():
            return '"' + "".join(map(_escaped, value)) + '"'
        case _:
            return str(json.dumps(value))


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\U{ord(character):08X}"


def spec(entities: Mapping[str, Any], **others: Any) -> str:
    """The text of a spec."""
    return as_yaml({"seedspec": 1, "name": "nasty", **others, "entities": entities})


def written(text: str, name: str = "nasty.yaml") -> Path:
    """A file of the working directory with this text."""
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


NOTHING: Mapping[str, Any] = {"other": {"table": None, "count": 1, "fields": {"id": {"uuid": {}}}}}
"""Entities of a spec that makes no rows."""

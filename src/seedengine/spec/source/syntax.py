"""What libyaml finds wrong with the syntax of a text, said so that its author knows what to change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

from seedengine.diagnostics import Diagnostic
from seedengine.spec.source.nodes import Mapping, Node, Sequence
from seedengine.spec.source.scalars import shorten
from seedengine.spec.source.stop import CLOSING, Stop, rest_of_line, sample
from seedengine.spec.source.text import Source

_OPENING = {closing: opening for opening, closing in CLOSING.items()}
_KEY = re.compile(r"""\s*(?:-\s+)*(?:"[^"]*"\s*|'[^']*'\s*|[^\s#"'{\[][^:]*):\s+(?=\S)""")
_LONGEST_KEY = 1024


@dataclass(frozen=True)
class _Finding:
    message: str
    start: int
    help: str
    end: int | None = None
    code: str = "S001"


def diagnose(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    """A fault of syntax as a diagnostic; the words of libyaml are the last resort."""
    at = min(error.problem_mark.index if error.problem_mark else 0, len(source.text))
    began = error.context_mark.index if error.context_mark else at
    stop = Stop(source, error.problem or "", error.context or "", at, began)
    found = next((found for rule in _RULES if (found := rule(stop))), None)
    if found is None:
        message = f"the text is not YAML: {shorten(stop.problem)}"
        found = _Finding(message, at, "quote a text that is not a plain word")
    return _diagnostic(source, found)


def stray_text(source: Source, root: Node | None, start: int) -> Diagnostic:
    """The fault of text that follows the end of the document's top value."""
    if isinstance(root, Mapping | Sequence) and not root.flow:
        found = _Finding("wrong indentation", start, "what stands at the top begins in one column")
    else:
        help = "a document is one mapping: remove the rest"
        found = _Finding("text after the end of the document", start, help)
    return _diagnostic(source, found)


def _diagnostic(source: Source, found: _Finding) -> Diagnostic:
    return Diagnostic(found.code, found.message, source.location(found.start, found.end), found.help)


def _depth(stop: Stop) -> _Finding | None:
    if "nesting depth" not in stop.problem:
        return None
    help = "close what is open, or flatten it"
    return _Finding("the document is nested too deep", stop.at, help, code="S006")


def _tab(stop: Stop) -> _Finding | None:
    if stop.char != "\t" and "tab character" not in stop.problem:
        return None
    return _Finding("a tab where only spaces may stand", stop.at, "indent with spaces")


def _unclosed_quote(stop: Stop) -> _Finding | None:
    if "quoted scalar" not in stop.context or "unexpected" not in stop.problem:
        return None
    quote = stop.source.text[stop.began]
    return _Finding("the quote is never closed", stop.began, f"close it with `{quote}`")


def _escape(stop: Stop) -> _Finding | None:
    if "quoted scalar" not in stop.context:
        return None
    start = stop.source.text.rfind("\\", 0, stop.at + 1)
    written = stop.source.text[start : start + 2]
    what = "malformed" if written[1:] in ("x", "u", "U") else "unknown"
    help = r"write `\\` for a backslash, or use single quotes"
    return _Finding(f"{what} escape `{written}`", start, help, start + 2)


def _after_closing(stop: Stop) -> _Finding | None:
    """`{row}@x`, `"a" b`: a value ended, and its line goes on."""
    if stop.last not in ("}", "]", "'", '"') or not re.search("expected|cannot start", stop.problem):
        return None
    in_flow = "',' or" in stop.problem
    if stop.char in ("", "\r", "\n") or (in_flow and stop.char in ("{", "[", "'", '"', ":")):
        return None
    if stop.last == "'":
        help = "within single quotes, write `''` for a quote"
        return _Finding("text after the closing quote", stop.at, help)
    if stop.last == '"':
        help = 'quote the whole value; within double quotes, write `\\"` for a quote'
        return _Finding("text after the closing quote", stop.at, help)
    if stop.char in ("}", "]"):
        return _closes_nothing(stop)
    opening = _OPENING[stop.last]
    start = stop.opened(opening)
    whole = stop.source.text[start : stop.at] + stop.value(stop.at)
    help = f"a text that begins with `{opening}` needs quotes: {sample(whole)}"
    return _Finding(f"text after the closing `{stop.last}`", stop.at, help)


def _cannot_begin(stop: Stop) -> _Finding | None:
    """`@x`, `%x`, `*`, `>= 3`: characters that mean something else at the start of a text."""
    start = stop.at
    if re.search("alias|anchor|tag|block scalar", stop.context) or "tag handle" in stop.problem:
        start = stop.began
    elif not re.search("cannot start|mapping keys are not allowed", stop.problem):
        return None
    value = stop.value(start)
    first = "a backquote" if value.startswith("`") else f"`{value[:1]}`"
    return _Finding(f"a text cannot begin with {first}", start, f"quote it: {sample(value)}")


def _flow(stop: Stop) -> _Finding | None:
    """Inside of `{…}` or `[…]`, neither a comma nor the end."""
    if "',' or" not in stop.problem:
        return None
    opening = stop.source.text[stop.began]
    closing = CLOSING[opening]
    if not stop.source.text[stop.at :].strip():
        return _Finding(f"`{opening}` is never closed", stop.began, f"close it with `{closing}`")
    line = stop.source.location(stop.began).line
    if stop.char == ":":
        help = f"the `{opening}` in line {line} is not closed, a comma is missing, or a value needs quotes"
        return _Finding(f"a `:` where `,` or `{closing}` should stand", stop.at, help)
    if stop.char in ("{", "[") and stop.before[-1:].strip():
        return _Finding(f"a `{stop.char}` inside of an unquoted text", stop.at, "quote the whole value")
    help = f"close the `{opening}` in line {line} with `{closing}`"
    if stop.char in ("}", "]"):
        return _Finding(f"`{stop.char}` does not close `{opening}`", stop.at, help)
    return _Finding(f"missing `,` or `{closing}`", stop.at, help)


def _colon_in_value(stop: Stop) -> _Finding | None:
    if "mapping values are not allowed" not in stop.problem:
        return None
    key = _KEY.match(stop.before)
    if key is not None:
        value = stop.value(stop.at - len(stop.before) + key.end())
        return _Finding("a `:` inside of an unquoted value", stop.at, f"quote it: {sample(value)}")
    above = stop.line - 1
    while above and not stop.source.line(above).split("#")[0].strip():
        above -= 1
    if above and ":" not in stop.source.line(above):
        return _missing_colon(stop.source, stop.source.line_start(above))
    if len(stop.before) > _LONGEST_KEY:
        return _Finding(f"a key of more than {_LONGEST_KEY:,} characters", stop.at, "shorten it")
    start = stop.at - len(stop.before.lstrip())
    help = "begin it in the column of the keys it belongs to; a key has either a value or keys under it"
    return _Finding("wrong indentation", start, help)


def _no_colon(stop: Stop) -> _Finding | None:
    if "expected ':'" not in stop.problem:
        return None
    return _missing_colon(stop.source, stop.began)


def _directive(stop: Stop) -> _Finding | None:
    if "incompatible YAML" in stop.problem:
        return _Finding("the document asks for another version of YAML", stop.at, "remove the `%YAML` line")
    if "directive" in stop.context + stop.problem:
        help = "remove the line, or quote the text"
        return _Finding("a line that begins with `%` is a directive of YAML", stop.began, help)
    if "<document start>" in stop.problem:
        return _Finding("missing `---` after the directives", stop.at, "remove the directives")
    return None


def _list_in_line(stop: Stop) -> _Finding | None:
    if "sequence entries are not allowed" not in stop.problem:
        return None
    help = "begin the list in the next line; a text that begins with `- ` needs quotes"
    return _Finding("a list cannot begin in the line of its key", stop.at, help)


def _indentation(stop: Stop) -> _Finding | None:
    if "expected '-' indicator" in stop.problem:
        help = "indent it further to belong to the element above, or less to end the list"
        return _Finding("text among the elements of a list", stop.at, help)
    if "expected key" not in stop.problem:
        return None
    if stop.before.strip():
        return _Finding("text after the end of a value", stop.at, "quote the whole value")
    if stop.char == "-":
        return _Finding("an element of a list among keys", stop.at, "indent it under the key it belongs to")
    return _Finding("wrong indentation", stop.at, "begin it in the column of the keys it belongs to")


def _no_value(stop: Stop) -> _Finding | None:
    if "node content" not in stop.problem:
        return None
    if stop.char in ("}", "]"):
        return _closes_nothing(stop)
    if not stop.char:
        return _Finding("the text ends where a value should stand", stop.at, "write it, and close what is open")
    help = "write the value, or quote it if text is meant"
    return _Finding(f"missing value before `{stop.char}`", stop.at, help)


_RULES: tuple[Callable[[Stop], _Finding | None], ...] = (
    _depth,
    _tab,
    _unclosed_quote,
    _escape,
    _after_closing,
    _cannot_begin,
    _flow,
    _colon_in_value,
    _no_colon,
    _directive,
    _list_in_line,
    _indentation,
    _no_value,
)


def _closes_nothing(stop: Stop) -> _Finding:
    return _Finding(f"`{stop.char}` closes nothing", stop.at, "remove it, or quote the whole value")


def _missing_colon(source: Source, start: int) -> _Finding:
    rest = rest_of_line(source, start)
    text = rest.strip().removeprefix("- ")
    start += rest.index(text)
    key, _, value = shorten(text).partition(" ")
    help = f"write `{key}: {value.strip()}`" if value else f"write `{key}:`"
    return _Finding(f"missing `:` after `{key}`", start, help, start + len(key))

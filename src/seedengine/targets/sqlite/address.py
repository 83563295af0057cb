"""The file that an SQLite URL names."""

from pathlib import Path
from urllib.parse import unquote

from seedengine.diagnostics import InvalidCall


def parse_path(rest: str) -> Path:
    """What follows `sqlite://`: `/relative.db` in the working directory, or `//absolute.db`.

    Raises InvalidCall for a database in memory, which would be gone in the end.
    """
    body, _, query = rest.partition("?")
    path = unquote(body.removeprefix("/"))
    if path in ("", ":memory:"):
        raise InvalidCall("an SQLite database in memory would be gone at the end", "name a file: `sqlite:///app.db`")
    if not body.startswith("/"):
        raise InvalidCall("an SQLite URL has no host", "write three slashes before a file: `sqlite:///app.db`")
    if query:
        raise InvalidCall("an SQLite URL takes no parameters", "write the file alone: `sqlite:///app.db`")
    if "\x00" in path or path.startswith("file:"):
        raise InvalidCall("the SQLite URL names no file", "write it as `sqlite:///app.db`")
    return Path(path)

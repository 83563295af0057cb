"""URLs as people and ORMs write them; no part of a password is ever shown."""

import traceback
from pathlib import Path
from urllib.parse import quote

import pytest

from seedengine.diagnostics import InvalidCall
from seedengine.targets.postgres.address import Address, parse_address
from seedengine.targets.sqlite.address import parse_path
from seedengine.targets.url import open_target


@pytest.fixture(autouse=True)
def _without_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


PARSED: list[tuple[str, dict[str, str], str | None]] = [
    ("u:p@h:1/d", {"user": "u", "password": "p", "host": "h", "port": "1", "dbname": "d"}, None),
    ("h/d", {"host": "h", "dbname": "d"}, None),
    ("/d?host=/run/pg&user=u", {"dbname": "d", "host": "/run/pg", "user": "u"}, None),
    ("%2Frun%2Fpg/d", {"host": "/run/pg", "dbname": "d"}, None),
    ("u@[::1]:5/d", {"user": "u", "host": "::1", "port": "5", "dbname": "d"}, None),
    ("u:p@a:1,b:2/d", {"user": "u", "password": "p", "host": "a,b", "port": "1,2", "dbname": "d"}, None),
    ("u:p@ss:w@h/d", {"user": "u", "password": "p@ss:w", "host": "h", "dbname": "d"}, None),
    ("u:p%20%40%3A%2F%3F%23%25 x@h/d", {"user": "u", "password": "p @:/?#% x", "host": "h", "dbname": "d"}, None),
    ("h/d?schema=app", {"host": "h", "dbname": "d"}, "app"),
    ("h/d?schema=%22My+App%22", {"host": "h", "dbname": "d"}, "My+App"),
    ("h/d?schema=My%20App", {"host": "h", "dbname": "d"}, "My App"),
    (
        "localhost/d?host=prod&sslmode=require&application_name=x&options=-c%20a%3Db&connect_timeout=3",
        {
            "host": "prod", "dbname": "d", "sslmode": "require", "application_name": "x", "options": "-c a=b",
            "connect_timeout": "3",
        },
        None,
    ),
    ("h/d?ssl=true", {"host": "h", "dbname": "d", "sslmode": "require"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "parameters", "schema"), PARSED)
def test_parameters(rest: str, parameters: dict[str, str], schema: str | None) -> None:
    address = parse_address(rest)
    assert address.parameters == parameters
    assert address.schema == schema
    assert address.notes == ()


def test_what_libpq_does_not_know_is_ignored_with_a_note() -> None:
    address = parse_address("u@h/d?schema=public&connection_limit=5&pgbouncer=true&pool_timeout=0")
    assert [note.split("`")[1] for note in address.notes] == ["connection_limit", "pgbouncer", "pool_timeout"]


MASKED: list[tuple[str, str]] = [
    ("user:secret@host:5433/db", "postgresql://user:***@host:5433/db"),
    ("user:secret@host/db", "postgresql://user:***@host:5432/db"),
    ("user@host", "postgresql://user@host:5432/user"),
    ("user:secret@localhost/db?host=prod", "postgresql://user:***@prod:5432/db"),
    ("user@host/db?password=secret&dbname=other", "postgresql://user:***@host:5432/other"),
    ("u@[::1]/d", "postgresql://u@[::1]:5432/d"),
    ("u@%2Frun/d", "postgresql://u@/d?host=/run"),
    ("us%1b%5B31mer@host/a%0Ab%20%C3%A9", "postgresql://us%1B%5B31mer@host:5432/a%0Ab%20é"),
]


@pytest.mark.parametrize(("rest", "masked"), MASKED)
def test_masks(rest: str, masked: str) -> None:
    assert str(parse_address(rest)) == masked


def test_environment_shows_where_the_url_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGPORT", "99")
    assert str(parse_address("u@/d")) == "postgresql://u@elsewhere:99/d"


PASSWORD = "s3cr@t:/?#% [p]a%zz"
PIECES = ("s3cr", "t:/", "p]a", "zz", "[p", "s3cr%40t")

UNPARSABLE = [
    f"postgresql://user:{PASSWORD}@host/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}%@host/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}%ff@host/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}@host:port/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}@host:5432:1/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}@[::1/db",
    f"postgresql://user:{quote(PASSWORD, safe='')}@host/db?x",
    f"postgresql://user:{quote(PASSWORD, safe='')}@host/db#part",
    "postgresql://user:12/s3cr@host/db",
    "postgresql://user:12?s3cr@host/db",
    "postgresql://user:12#s3cr@host/db",
    "postgresql://user:12/s3cr?s3cr=zz@host/db",
    "postgresql://user:s3cr%00@host/db",
    f"postgres:/user:{PASSWORD}@host/db",
    f"mysql://user:{PASSWORD}@host/db",
    f"user:{PASSWORD}@host/db",
    f"sqlite://{PASSWORD}/file.db",
    "",
    "s3cr",
]


@pytest.mark.parametrize("url", UNPARSABLE)
def test_nothing_of_an_unparsable_url_is_shown(url: str) -> None:
    with pytest.raises(InvalidCall) as caught:
        open_target(url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + (caught.value.help or "")
    # Lines of the sources, which name this list, are no output.
    said = "\n".join(line for line in shown.splitlines() if not line.startswith("    "))
    assert not [piece for piece in PIECES if piece in said]
    assert caught.value.help


def test_an_address_shows_no_password_by_itself() -> None:
    address = parse_address(f"user:{quote(PASSWORD, safe='')}@host/db")
    assert address.parameters["password"] == PASSWORD
    assert "s3cr" not in f"{address} {address!r}"
    assert isinstance(address, Address)


@pytest.mark.parametrize(
    ("rest", "path"),
    [("/herafi.db", "herafi.db"), ("/a/b.db", "a/b.db"), ("//tmp/x.db", "/tmp/x.db"), ("/a%20b%3F.db", "a b?.db")],
)
def test_sqlite_paths(rest: str, path: str) -> None:
    assert parse_path(rest) == Path(path)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/x.db", "sqlite:///x?a=b"]
)
def test_sqlite_urls_that_name_no_file(url: str) -> None:
    with pytest.raises(InvalidCall) as caught:
        open_target(url)
    assert "sqlite:///app.db" in (caught.value.help or "")

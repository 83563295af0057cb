"""No part of a password comes out, however a database URL is written, and whatever then fails."""

import json
import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg import sql

from seedengine.diagnostics import DatabaseError, InvalidCall, SeedengineError
from seedengine.targets.url import open_target
from tool import Outcome, call

SPEC = "seedspec: 1\nname: hush\nentities: {thing: {count: 1, fields: {id: {uuid: {}}}}}\n"

# No four characters of them stand in anything that is said for another reason.
PASSWORDS = (
    "xq7w@zk9v:jh3x/pv8q?wz2k#qj5x%kx4z vq6j",
    "xq7w zk9v  jh3x",
    "xq7w'zk9v\"jh3x`pv8q\\wz2k",
    "xqüw–zkßv–ключ–密碼密碼",
    "xq7w%zk9v%41jh3x%zz%00pv8q%",
    "8472619305",
    "8472/619305xq",
    "84726?xq7w=zk9v",
    "84726#xq7wzk9v",
    "xq7w&zk9v=jh3x&pv8q=wz2k",
    "[xq7w]:84726/zk9v",
    "://xq7w:zk9v@jh3x/pv8q",
    "-xq7w --zk9v=jh3x",
    "$XQ7W${ZK9V}{jh3x}",
    "xq7w\nzk9v\tjh3x\x1b[31mpv8q",
    "xq7w,zk9v;jh3x|pv8q",
)
SHORT = 4

URLS = (
    "postgresql://user:{raw}@127.0.0.1:1/db",
    "postgresql://user:{encoded}@127.0.0.1:1/db",
    "postgres://user:{encoded}@127.0.0.1:1,[::1]:1/db",
    "postgresql+asyncpg://:{encoded}@127.0.0.1:1/db",
    "postgresql://user:{encoded}%@127.0.0.1:1/db",
    "postgresql://user:{encoded}%ff@127.0.0.1:1/db",
    "postgresql://user:{encoded}\udcff@127.0.0.1:1/db",
    "postgresql://user%3A{encoded}@127.0.0.1:1/db",
    "postgresql://user%3A{encoded}%40127.0.0.1/db",
    "postgresql://user%3A{encoded}@127.0.0.1:1/",
    "postgresql://127.0.0.1:1/?user=user%3A{encoded}",
    "postgresql://user:{encoded}%40127.0.0.1:1/db",
    "postgresql://user:{encoded}",
    "postgresql://user:{encoded}/db?connection_limit=1",
    "postgresql://user:{encoded}@/db?host=/nowhere",
    "postgresql://user:{encoded}@127.0.0.1:port/db",
    "postgresql://user:{encoded}@127.0.0.1:99999/db",
    "postgresql://user:{encoded}@127.0.0.1:1:2/db",
    "postgresql://user:{raw}@[::1/db",
    "postgresql://user:{encoded}@ho..st/db",
    "postgresql://user:{raw}@127.0.0.1:1/a b",
    "postgresql://user:{raw}@127.0.0.1:1/db#fragment",
    "postgresql://127.0.0.1:1/db?user=user&password={raw}",
    "postgresql://127.0.0.1:1/db?password={encoded}&sslmode=bogus",
    "postgresql://user@127.0.0.1:1/db?password={raw}&connection_limit=5&x",
    "postgresql://user@127.0.0.1:1/db?sslpassword={encoded}&sslmode=require&sslcert=/nowhere&sslkey=/nowhere",
    "postgresql://user:{encoded}@127.0.0.1:1/db?connect_timeout=soon",
    "postgresql://user:{encoded}@127.0.0.1:1/db?port=two",
    "postgresql://user:{encoded}@127.0.0.1:1/db?hostaddr=nonsense",
    "postgresql://user:{encoded}@127.0.0.1:1/db?target_session_attrs=none",
    "postgresql://user:{encoded}@127.0.0.1:1/db?service=nowhere",
    "postgresql://user:{encoded}@127.0.0.1:1/db?host=a,b,c&port=1,2",
    "postgresql:/user:{raw}@127.0.0.1:1/db",
    "postgresql//user:{raw}@127.0.0.1:1/db",
    "postgresql://postgresql://user:{raw}@127.0.0.1:1/db",
    "jdbc:postgresql://user:{raw}@127.0.0.1:1/db",
    "'postgresql://user:{raw}@127.0.0.1:1/db'",
    "DATABASE_URL=postgresql://user:{raw}@127.0.0.1:1/db",
    "mysql://user:{raw}@127.0.0.1:1/db",
    "sqlite://user:{raw}@127.0.0.1/app.db",
    "sqlite:///app.db?key={raw}",
    "sqlite:///postgresql://user:{encoded}@127.0.0.1/db",
    "sqlite:///nowhere/postgres:/user:{encoded}@127.0.0.1/db",
    "sqlite:////mysql%3A%2F%2Fuser:{encoded}@127.0.0.1/db",
    "user:{raw}@127.0.0.1:1/db",
    "{raw}",
)  # fmt: skip
SERVER_URLS = (
    "postgresql://{user}:{encoded}@{place}/postgres",
    "postgresql://{user}:{encoded}@{place}/postgres?sslmode=require",
    "postgresql://{user}:{encoded}@{place}/postgres?options=-c%20nonsense%3D1",
    "postgresql://nobody%20here:{encoded}@{place}/postgres",
    "postgresql://{user}%3A{encoded}@{place}/postgres",
    "postgresql://{place}/nowhere?user={user}&password={encoded}",
)

COMMANDS = [(name, form) for name in ("apply", "plan", "validate") for form in ("json", "text")]


@pytest.fixture(autouse=True)
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec in the working directory, and nothing in the environment that names a database."""
    for name in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("hush.yaml")
    path.write_text(SPEC, encoding="utf-8")
    return path


def pieces(password: str) -> set[str]:
    """Every part of a password that nothing may show, as it is and percent-encoded."""
    forms = (password, quote(password, safe=""), quote(password))
    return {form[start : start + SHORT] for form in forms for start in range(len(form) - SHORT + 1)}


def found(password: str, *texts: str) -> list[str]:
    """What of the password stands in the texts."""
    text = "\n".join(texts)
    return sorted(piece for piece in pieces(password) if piece in text)


def without_port(port: int | None, *texts: str) -> str:
    """The texts without the server's port, whose digits may by chance be those of a password."""
    return "\n".join(texts).replace(f"{port}", "")


def shown(outcome: Outcome) -> tuple[str, str]:
    """The two streams; what JSON writes in ASCII as the text that it means."""
    out = json.dumps(outcome.json, ensure_ascii=False) if outcome.out.startswith("{") else outcome.out
    return out, outcome.err


def failure(url: str) -> SeedengineError:
    """What the library says of the URL, which nothing but a fault of the call or of the database may be."""
    with pytest.raises((InvalidCall, DatabaseError)) as caught:
        open_target(url)
    return caught.value


def everything_of(error: BaseException) -> str:
    """All that a traceback, a log or a debugger shows of an error, without the lines of the source."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    chain = [error, error.__cause__, error.__context__]
    return "\n".join([*(line for line in lines if not line.startswith("    ")), *map(repr, chain), repr(vars(error))])


def fill(template: str, password: str, **more: object) -> str:
    return template.format(raw=password, encoded=quote(password, safe=""), **more)


@pytest.mark.parametrize("template", URLS)
def test_a_url_that_is_wrong_or_leads_nowhere(template: str, spec: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for password, (command, form) in zip(PASSWORDS, cycle(COMMANDS)):
        url = fill(template, password)
        outcome = call(command, spec, "--format", form, "--database-url", url)
        assert outcome.code in (1, 2), (command, url)
        assert form == "text" or outcome.json["error"]
        assert found(password, *shown(outcome), everything_of(failure(url)), caplog.text) == [], (command, url)


@pytest.mark.parametrize("template", SERVER_URLS)
def test_a_server_that_says_no(
    template: str, spec: Path, postgres_server_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    parts = urlsplit(postgres_server_url)
    for password, (command, form) in zip(PASSWORDS, cycle(COMMANDS)):
        url = fill(template, password.replace("%00", ""), user=parts.username, place=f"{parts.hostname}:{parts.port}")
        outcome = call(command, spec, "--format", form, "--database-url", url)
        assert outcome.code == 1, outcome
        said = without_port(parts.port, *shown(outcome), everything_of(failure(url)), caplog.text)
        assert found(password, said) == [], (command, url)


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_environment_and_dotenv(password: str, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for template, (command, form) in zip(URLS, cycle(COMMANDS[:4])):
        url = fill(template, password)
        monkeypatch.setenv("DATABASE_URL", url)
        outcome = call(command, spec, "--format", form)
        assert outcome.code in (1, 2)
        assert found(password, *shown(outcome)) == [], ("environment", url)
        monkeypatch.delenv("DATABASE_URL")
        for quoted in ("{}", "'{}'", '"{}"', "{}\n{}'"):
            Path(".env").write_text(f"DATABASE_URL={quoted.format(url, url)}\n", encoding="utf-8", errors="replace")
            outcome = call(command, spec, "--format", form, *(["--create-tables"] if command == "apply" else []))
            assert found(password, *shown(outcome)) == [], (quoted, url)


@pytest.mark.parametrize("password", PASSWORDS)
def test_libpqs_own_ways(password: str, spec: Path, monkeypatch: pytest.MonkeyPatch, postgres_server_url: str) -> None:
    parts = urlsplit(postgres_server_url)
    place = f"{parts.username}@{parts.hostname}:{parts.port}"
    urls = (f"postgresql://{place}/postgres", "postgresql://user@127.0.0.1:1/db", f"postgresql://{place}/x?sslmode=y")

    def look(*more: str) -> None:
        for url, (command, form) in zip((*urls, *more), cycle(COMMANDS)):
            outcome = call(command, spec, "--format", form, "--database-url", url)
            assert outcome.code == 1
            said = without_port(parts.port, *shown(outcome), everything_of(failure(url)))
            assert found(password, said) == [], url

    monkeypatch.setenv("PGPASSWORD", password)
    look()
    monkeypatch.setenv(
        "PGPASSWORD", password.encode("utf-16")[2:].replace(b"\0", b"\xff").decode(errors="surrogateescape")
    )
    look()
    monkeypatch.delenv("PGPASSWORD")
    Path("pass").write_text(f"*:*:*:*:{password}\n{password}\n", encoding="utf-8")
    Path("pass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", "pass")
    look()
    monkeypatch.delenv("PGPASSFILE")
    monkeypatch.setenv("PGSERVICEFILE", "services")
    for text in (
        "[it]\npassword={}\n",
        "[it]\npassword {}\n",
        "[it]\n{}=1\n",
        "[it]\nhost=127.0.0.1\nport=1\npassword={}\n{}\n",
    ):
        Path("services").write_text(text.format(password, password), encoding="utf-8")
        look(*(f"{url.partition('?')[0]}?service=it" for url in urls[:2]))
        monkeypatch.setenv("PGSERVICE", "it")
        look()
        monkeypatch.delenv("PGSERVICE")


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_in_the_name_of_the_user(password: str, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", f"user:{password}")
    for command, form in COMMANDS:
        outcome = call(command, spec, "--format", form, "--database-url", "postgresql://127.0.0.1:1/")
        assert outcome.code == 1
        assert found(password, *shown(outcome)) == []
        assert "@127.0.0.1/user`" in outcome.out + outcome.err


def test_a_url_where_a_saved_plan_names_its_spec(spec: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    saved = call("plan", spec, "--database-url", url, "--create-tables", "--output", "plan.json")
    assert saved.code == 0, saved
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    for password, form in zip(PASSWORDS, cycle(("text", "json"))):
        for path in (f"postgresql://user:{password}@127.0.0.1/db", f"postgresql://user:{password * 20}@127.0.0.1/db"):
            edited = json.dumps(plan).replace('"hush.yaml"', json.dumps(path))
            assert edited != json.dumps(plan)
            Path("plan.json").write_text(edited, encoding="utf-8")
            outcome = call("apply", "--plan", "plan.json", "--database-url", url, "--format", form)
            assert outcome.code == 2, outcome
            assert found(password, *shown(outcome)) == [], (path, form)


TORN = (
    ("apply", "hush.yaml", "--database-url", "postgresql://user:xq7w", "zk9v@127.0.0.1:1/db"),
    ("plan", "hush.yaml", "--database-url=postgresql://user:xq7w", "zk9v", "jh3x@127.0.0.1:1/db"),
    ("clean", "--database-url", "postgresql://user:xq7w", "zk9v@127.0.0.1:1/db", "hush.yaml"),
    ("validate", "hush.yaml", "--database-url", "postgresql://user:xq7w", "zk9v@127.0.0.1:1/db"),
    ("protect", "--database-url", "postgresql://user:xq7w", "zk9v@127.0.0.1:1/db"),
    ("protect", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("validate", "hush.yaml", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "hush.yaml", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("postgresql://user:xq7wzk9v@127.0.0.1:1/db", "apply"),
    ("apply", "hush.yaml", "--format", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "hush.yaml", "--lock-timeout=postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "hush.yaml", "--database=postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "hush.yaml", "--scale", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
    ("apply", "hush.yaml", "--profile", "postgresql://user:xq7wzk9v@127.0.0.1:1/db"),
)


@pytest.mark.parametrize("arguments", TORN)
def test_a_call_that_a_shell_has_torn_or_that_has_the_url_in_a_wrong_place(arguments: tuple[str, ...]) -> None:
    for form in ("text", "json"):
        command, *rest = arguments
        takes_format = command in ("apply", "plan", "validate") and "--format" not in rest
        outcome = call(command, *(("--format", form) if takes_format else ()), *rest)
        assert outcome.code == 2
        assert found("xq7wzk9v jh3x", *shown(outcome)) == []


@pytest.fixture(params=PASSWORDS[:3])
def account(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[tuple[str, str]]:
    """A password that opens the database, and the URL with it."""
    password = str(request.param)
    role = f"seedengine_{secrets.token_hex(6)}"
    parts = urlsplit(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER PASSWORD {}").format(name, sql.Literal(password)))
        yield password, f"postgresql://{role}:{quote(password, safe='')}@{parts.hostname}:{parts.port}{parts.path}"
        connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(name))


def test_a_run_that_goes_well(account: tuple[str, str], spec: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    password, url = account
    for arguments in (
        ("plan", spec, "--create-tables", "--output", "plan.json"),
        ("apply", spec, "--create-tables", "--format", "json"),
        ("apply", spec),
        ("verify", spec),
        ("validate", spec),
        ("clean", spec, "--format", "json"),
        ("protect",),
    ):
        outcome = call(*arguments, "--database-url", url)
        assert outcome.code == 0, outcome
        assert found(password, *shown(outcome), caplog.text) == [], arguments
    assert found(password, Path("plan.json").read_text(encoding="utf-8")) == []
    refused = call("apply", spec, "--database-url", url, "--format", "json")
    assert (refused.code, found(password, *shown(refused))) == (3, [])


def test_a_connection_that_breaks(account: tuple[str, str], postgres_url: str) -> None:
    password, url = account
    with closing(open_target(url)) as target, psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'seedengine' AND datname = current_database()"
        )
        with pytest.raises(DatabaseError) as caught:
            target.inspect()
        assert found(password, everything_of(caught.value), repr(target), repr(vars(target))) == []

"""Which database a run may change: every way to a host, by flag, by mark and by command."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import click
import psycopg
import pytest
from places import ANYWHERE, Place, Postgres, Rows, account_of, at_another_address, in_files, on_this_machine
from proxy import own_address, proxied

from seedengine.cli.group import COMMANDS, group
from seedengine.diagnostics import DatabaseError, Refused
from seedengine.targets.url import open_target
from tool import call

SPEC = """\
seedspec: 1
name: guarded
cleanup: {person: {email: {ends_with: "@seed.test"}}}
entities:
  person:
    count: 2
    key: id
    fields: {id: {sequence: 1}, email: {template: "p{row}@seed.test"}}
"""
BEFORE = [(70, "old@seed.test"), (80, "real@people.test")]
AFTER: Mapping[str, Rows] = {
    "apply": [(1, "p1@seed.test"), (2, "p2@seed.test"), (80, "real@people.test")],
    "clean": [(80, "real@people.test")],
}
UPSERTED: Rows = [(1, "p1@seed.test"), (2, "p2@seed.test"), *BEFORE]
READING = {"plan": 0, "validate": 0, "verify": 4}

HERE = (
    "address", "name", "mapped address", "socket", "foreign name with hostaddr", "first that answers is here",
    "url before PGHOST", "PGHOST names a socket", "service", "file", "link to a file",
)  # fmt: skip
OTHER = (
    "other address", "localhost?host=other", "localhost?hostaddr=other", "PGHOST", "PGHOSTADDR", "PGSERVICE",
    "service of the url", "service under a local name", "first that answers is other",
)  # fmt: skip
"""Lead to another address of this machine, where it has one."""
FLAGS = ("none", "right", "wrong", "environment")
MARKS = ("off", "on", "on, and named", "on, and misnamed")

WAITING = """
SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the environment, and no `.env`, that names a database."""
    for name in ("HOST", "HOSTADDR", "PORT", "SERVICE", "SERVICEFILE", "DATABASE", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PG{name}", raising=False)
    for name in ("DATABASE_URL", "SEEDENGINE_ALLOW_TARGET", "SEEDENGINE_UNPROTECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "guarded.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(postgres_server_url: str) -> tuple[str, int]:
    parts = urlsplit(postgres_server_url)
    return str(parts.hostname), parts.port or 5432


@pytest.fixture(scope="module")
def places(
    new_database: Callable[..., str], server: tuple[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Place]]:
    """Every way to a database, by its name."""
    folder = tmp_path_factory.mktemp("places")
    sockets = Path(tempfile.mkdtemp(prefix="seedengine-"))  # whose name leaves room for that of a socket
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, sockets)
        url = urlsplit(new_database())
        database = Postgres(url.geturl())
        stack.callback(database.close)
        stack.enter_context(proxied(server, str(sockets / f".s.PGSQL.{server[1]}"), socket.AF_UNIX))
        found = {**in_files(folder), **on_this_machine(database, url, server[1], sockets, folder)}
        if address := own_address():
            proxy = stack.enter_context(proxied(server, address))
            found |= at_another_address(database, url, server[1], address, proxy.port, folder)
        yield found


def reset(place: Place | None, monkeypatch: pytest.MonkeyPatch, *, marked: bool) -> Place:
    """The place with its environment set and its database as at first."""
    if place is None:
        pytest.skip("this machine has no address but loopback ones")
    for name, value in place.env.items():
        monkeypatch.setenv(name, value)
    place.database.reset(marked=marked)
    return place


def permission(flag: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The options that `flag` means; what it wants of the environment is set."""
    named = place.elsewhere or f"localhost/{place.database.name}"
    if flag == "environment":
        monkeypatch.setenv("SEEDENGINE_ALLOW_TARGET", named)
    given = {"right": named, "wrong": f"{named}x"}
    return ("--allow-target", given[flag]) if flag in given else ()


def unprotection(mark: str, place: Place) -> tuple[str, ...]:
    """The options that `mark` means."""
    given = {"on, and named": place.database.name, "on, and misnamed": f"{place.database.name}x"}
    return ("--unprotect", given[mark]) if mark in given else ()


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("where", [*HERE, ANYWHERE, *OTHER])
@pytest.mark.parametrize("command", AFTER)
def test_what_writes(
    command: str,
    where: str,
    flag: str,
    mark: str,
    places: Mapping[str, Place],
    spec: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = reset(places.get(where), monkeypatch, marked=mark != "off")
    options = (*permission(flag, place, monkeypatch), *unprotection(mark, place))
    outcome = call(command, spec, "--database-url", place.url, *options)
    allowed = place.elsewhere is None or flag in ("right", "environment")
    expected = 0 if allowed and mark in ("off", "on, and named") else 3
    assert (outcome.code, place.database.rows()) == (expected, BEFORE if expected else AFTER[command]), outcome.err
    assert place.database.is_marked() == (mark != "off")
    if expected:
        hint = f"--unprotect {place.database.name}`" if allowed else f"--allow-target {place.elsewhere}`"
        assert hint in outcome.err


def test_only_the_very_name_allows(places: Mapping[str, Place], spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = reset(places[ANYWHERE], monkeypatch, marked=True)
    name, host = place.database.name, f"0.0.0.0/{place.database.name}"
    clean = ("clean", spec, "--database-url", place.url)
    for wrong in ("", "*", "0.0.0.0", "0.0.0.0/", "0.0.0.0/*", f"/{name}", name, f" {host}", f"postgres@{host}"):
        assert call(*clean, "--unprotect", name, "--allow-target", wrong).code == 3
        monkeypatch.setenv("SEEDENGINE_ALLOW_TARGET", wrong)
        assert call(*clean, "--unprotect", name).code == 3
    for wrong in ("", "*", host, name.upper(), f"{name} ", "seedengine_protected"):
        assert call(*clean, "--allow-target", host, "--unprotect", wrong).code == 3
    monkeypatch.setenv("SEEDENGINE_UNPROTECT", name)
    assert call(*clean, "--allow-target", host).code == 3
    assert place.database.rows() == BEFORE
    assert call(*clean, "--allow-target", host, "--unprotect", name).code == 0


def test_other_ways_to_write_are_guarded_too(
    places: Mapping[str, Place], spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = reset(places[ANYWHERE], monkeypatch, marked=True)
    saved = tmp_path / "plan.json"
    assert call("plan", spec, "--database-url", place.url, "--output", saved).code == 0
    allow = ("--allow-target", str(place.elsewhere))
    for how, after in (((spec, "--mode", "upsert"), UPSERTED), (("--plan", saved), AFTER["apply"])):
        place.database.reset(marked=True)
        apply = ("apply", *how, "--database-url", place.url)
        assert call(*apply, "--unprotect", place.database.name).code == 3
        assert call(*apply, *allow).code == 3
        assert place.database.rows() == BEFORE
        allowed = call(*apply, *allow, "--unprotect", place.database.name)
        assert (allowed.code, place.database.rows()) == (0, after), allowed.err


@pytest.mark.parametrize("mark", ["off", "on"])
@pytest.mark.parametrize("where", [*HERE, ANYWHERE, *OTHER])
@pytest.mark.parametrize("command", [*READING, "protect"])
def test_what_only_reads_or_marks(
    command: str, where: str, mark: str, places: Mapping[str, Place], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = reset(places.get(where), monkeypatch, marked=mark == "on")
    outcome = call(command, *([] if command == "protect" else [spec]), "--database-url", place.url)
    assert (outcome.code, place.database.rows()) == (READING.get(command, 0), BEFORE), outcome.err
    assert place.database.is_marked() == (command == "protect" or mark == "on")


def test_the_table_has_every_command_with_a_database() -> None:
    with_database = {
        name for name in COMMANDS if any("--database-url" in option.opts for option in _command(name).params)
    }
    assert with_database == {*AFTER, *READING, "protect"}


def _command(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    return found


def test_what_protect_says_is_true(places: Mapping[str, Place], spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("address", "link to a file"):
        place = reset(places[where], monkeypatch, marked=False)
        name = place.database.name
        first, second = (call("protect", "--database-url", place.url) for _ in range(2))
        assert (first.code, second.code) == (0, 0)
        said = first.out.splitlines()[1]
        assert said.startswith(f"`{name}` is protected now: nothing writes to it without `--unprotect {name}`; `DROP ")
        assert second.out.splitlines()[1] == said.replace("is protected now", "was protected already")
        assert call("clean", spec, "--database-url", place.url).code == 3
        place.database.execute(said.split("`")[-2])
        assert call("clean", spec, "--database-url", place.url).code == 0


def test_protect_without_a_database(tmp_path: Path) -> None:
    nowhere = call("protect")
    assert (nowhere.code, nowhere.err.splitlines()[0]) == (2, "error: no database is named")
    missing = call("protect", "--database-url", "sqlite:///missing.db")
    assert (missing.code, missing.err.splitlines()[0]) == (1, "error: `missing.db` does not exist")
    assert list(tmp_path.iterdir()) == []


def test_who_may_not_mark_is_told_so(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        role = f"seedengine_{urlsplit(postgres_url).path[-12:]}"
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        parts = urlsplit(postgres_url)
        url = parts._replace(netloc=f"{role}:x@{parts.hostname}:{parts.port}").geturl()
        refused = call("protect", "--database-url", url)
        assert call("protect", "--database-url", postgres_url).code == 0
        again = call("protect", "--database-url", url)
        connection.execute(f"DROP ROLE {role}")
    assert refused.code == 1
    assert "permission denied for database" in refused.err
    assert (again.code, "was protected already" in again.out) == (0, True)


def test_a_mark_set_after_the_connection_counts(postgres_url: str) -> None:
    target = open_target(postgres_url)
    target.inspect()
    assert call("protect", "--database-url", postgres_url).code == 0
    with pytest.raises(Refused, match="is protected"), target.begin():
        pass
    target.close()


def test_a_mark_counts_in_a_database_that_keeps_old_snapshots(postgres_url: str) -> None:
    name = urlsplit(postgres_url).path[1:]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable')
    with ThreadPoolExecutor(1) as other, closing(open_target(postgres_url)) as first, first.begin():
        waiting = other.submit(_write, postgres_url)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            while connection.execute(WAITING).fetchone() is None:
                assert not waiting.done()
            connection.execute("CREATE SCHEMA seedengine_protected")
    with pytest.raises(Refused, match="is protected"):
        waiting.result()


def test_protect_waits_for_a_run(postgres_url: str) -> None:
    target = open_target(postgres_url)
    with target.begin():
        late = call("protect", "--database-url", postgres_url, "--lock-timeout", "0.1")
    target.close()
    assert late.code == 1
    assert "another run of seedengine has been writing" in late.err
    assert call("protect", "--database-url", postgres_url).code == 0


def test_a_new_connection_to_another_server_is_refused(postgres_url: str, server: tuple[str, int]) -> None:
    parts = urlsplit(postgres_url)
    with proxied(server, "127.0.0.1") as proxy:
        hosts = f"127.0.0.1:{proxy.port},0.0.0.0:{server[1]}"
        target = open_target(f"{account_of(parts)}@{hosts}{parts.path}")
        assert target.guarded is None
        proxy.end()
        with pytest.raises(DatabaseError):
            target.inspect()
        with pytest.raises(DatabaseError, match="leads to another server"), target.begin():
            pass
        target.close()


def test_a_name_that_looks_like_parameters_is_a_name(postgres_url: str) -> None:
    with pytest.raises(DatabaseError, match="no such database"):
        open_target(f"{postgres_url}%20host%3D192.0.2.77")


def test_a_protected_file_that_is_empty_is_not_seedengines(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    url = "sqlite:///empty.db"
    assert open_target(url).inspect().ours
    assert call("protect", "--database-url", url).code == 0
    catalog = open_target(url).inspect()
    assert (dict(catalog.tables), catalog.ours) == ({}, False)


def test_the_mark_stays_in_a_file_that_seedengine_made(spec: Path) -> None:
    url = "sqlite:///made.db"
    assert call("apply", spec, "--database-url", url).code == 0
    assert call("protect", "--database-url", url).code == 0
    assert open_target(url).inspect().ours
    assert call("apply", spec, "--database-url", url, "--unprotect", "made.db").code == 0
    assert call("apply", spec, "--database-url", url).code == 3


def _write(url: str) -> None:
    with closing(open_target(url)) as target, target.begin():
        pass


def test_a_name_with_spaces_is_said_as_a_shell_takes_it(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "my app.db").touch()
    url = "sqlite:///my app.db"
    said = call("protect", "--database-url", url).out
    refused = call("apply", spec, "--create-tables", "--database-url", url).err
    assert all("--unprotect 'my app.db'`" in each for each in (said, refused))
    assert call("apply", spec, "--create-tables", "--database-url", url, "--unprotect", "my app.db").code == 0

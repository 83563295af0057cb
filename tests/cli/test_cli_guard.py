"""A database on another machine is changed only where the operator allows exactly that one."""

from urllib.parse import urlsplit

import psycopg
import pytest
from command_line import Call

from seedengine.targets.postgres.locality import name_elsewhere


@pytest.mark.parametrize(
    ("host", "hostaddr", "elsewhere"),
    [
        ("localhost", "127.0.0.1", None),
        ("localhost", "::1", None),
        ("db.example", "127.8.9.1", None),
        ("127.0.0.1", "", None),
        ("::1", "::ffff:127.0.0.1", None),
        ("/run/postgresql", "", None),
        ("@abstract", "", None),
        ("", "", None),
        ("localhost", "10.0.0.1", "localhost/shop"),
        ("/run/postgresql", "10.0.0.1", "/run/postgresql/shop"),
        ("db.example", "192.0.2.1", "db.example/shop"),
        ("", "192.0.2.1", "192.0.2.1/shop"),
        ("127.0.0.1.example", "", "127.0.0.1.example/shop"),
        ("localhost", "", "localhost/shop"),
        ("fe80::1", "fe80::1%eth0", "fe80::1/shop"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1", "::ffff:10.0.0.1/shop"),
    ],
)
def test_where_a_server_is(host: str, hostaddr: str, elsewhere: str | None) -> None:
    assert name_elsewhere(host, hostaddr, "shop") == elsewhere


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_server_on_this_machine_passes(call: Call, shop: str, postgres_url: str) -> None:
    outcome = call("apply", shop, "--create-tables", "--database-url", postgres_url)
    assert outcome.code == 0, outcome.err
    assert tables(postgres_url) == 2


def test_any_other_has_to_be_allowed(call: Call, shop: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Leads to this machine, but is no loopback address: a server elsewhere as far as anyone can tell.
    url = f"{postgres_url}?host=0.0.0.0"
    name = f"0.0.0.0{urlsplit(postgres_url).path}"
    create = ("apply", shop, "--create-tables", "--database-url", url)
    for refused in (
        call(*create),
        call(*create, "--allow-target", "0.0.0.0"),
        call(*create, "--allow-target", f"{name}x"),
        call("clean", shop, "--database-url", url),
    ):
        assert refused.code == 3
        assert f"`{name}` is not on this machine" in refused.err
        assert f"--allow-target {name}" in refused.err
    assert call("plan", shop, "--create-tables", "--database-url", url).code == 0
    assert tables(postgres_url) == 0
    assert call(*create, "--allow-target", name).code == 0
    monkeypatch.setenv("SEEDENGINE_ALLOW_TARGET", name)
    assert call("clean", shop, "--database-url", url).code == 0
    monkeypatch.setenv("SEEDENGINE_ALLOW_TARGET", "*")
    assert call("clean", shop, "--database-url", url).code == 3

"""Bad input: one clear message, the right exit code, no traceback, and nothing changed."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from command_line import Call, Outcome

COMMANDS = {
    "apply": ("apply", "{}"),
    "plan": ("plan", "{}"),
    "clean": ("clean", "{}"),
    "validate": ("validate", "{}"),
    "generate": ("generate", "{}", "--output", "out"),
}


def refused(outcome: Outcome, code: int, *said: str) -> None:
    """It said this on stderr and nothing as a result, without a traceback."""
    assert outcome.code == code, outcome
    for each in said:
        assert each in outcome.err
    assert "Traceback" not in outcome.err
    assert "done" not in outcome.out


def oversized(shop: str) -> bytes:
    return (shop + "# " + "x" * 2_000_000).encode()


SPECS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "not UTF-8": (lambda shop: shop.encode() + b"# \xff\xfe\n", "UTF-8"),
    "not YAML": (lambda _: b"seedspec: [1\nname: }", "error"),
    "empty": (lambda _: b"", "empty"),
    "only a comment": (lambda _: b"# nothing\n", "empty"),
    "a list": (lambda _: b"- seedspec: 1\n", "mapping"),
    "a scalar": (lambda _: b"seedspec\n", "mapping"),
    "2 MB": (oversized, "larger than"),
    "200,000 brackets": (lambda _: b"a: " + b"[" * 200_000, "deep"),
    "an alias bomb": (
        lambda _: (
            b"a: &a [x, x, x, x, x, x, x, x, x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (i, i, b", ".join([b"*%c" % (i - 1)] * 9)) for i in b"bcdefghi")
        ),
        "alias",
    ),
    "an unknown key": (lambda shop: shop.replace("count: 3", "coutn: 3").encode(), "did you mean `count`?"),
    "a wrong type": (lambda shop: shop.replace("count: 3", "count: three").encode(), "shop.yaml:9:12"),
    "an unknown entity": (lambda shop: shop.replace("{ref: customer}", "{ref: custmer}").encode(), "`customer`"),
    "an unknown method": (lambda shop: shop.replace("{int: 1..9}", "{faker: nmae}").encode(), "`name`"),
}


@pytest.mark.parametrize("kind", SPECS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_spec(call: Call, shop: Path, folder: Path, command: str, kind: str) -> None:
    make, said = SPECS[kind]
    shop.write_bytes(make(shop.read_text()))
    outcome = call(*(word.format(shop) for word in COMMANDS[command]))
    refused(outcome, 2, "error", said)
    assert outcome.out == ""
    assert [path.name for path in folder.iterdir()] == ["shop.yaml"]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_such_file_and_a_folder(call: Call, folder: Path, command: str) -> None:
    (folder / "specs").mkdir()
    for name in ("absent.yaml", "specs"):
        outcome = call(*(word.format(name) for word in COMMANDS[command]))
        refused(outcome, 2, "error: ", f"`{name}`")
        assert len(outcome.err.splitlines()) <= 2


def test_faults_as_json(call: Call, shop: Path) -> None:
    shop.write_text(shop.read_text().replace("count: 3", "coutn: 3"))
    outcome = call("apply", shop, "--format", "json")
    told = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (2, "")
    assert told["error"].endswith("in shop.yaml")
    assert 9 in {each["location"]["line"] for each in told["diagnostics"]}
    outcome = call("generate", "absent.yaml", "--output", "out", "--summary", "json")
    assert (outcome.code, outcome.err) == (2, "")
    assert "absent.yaml" in json.loads(outcome.out)["error"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hush@hush@host:port/x",
        "postgresql://app:hush@[::1/x",
        "postgresql://app:hu%zzsh@localhost/x",
        "postgres:/app:hush@localhost",
        "app:hush@localhost/x",
        "mysql://app:hush@localhost/x",
        "",
    ],
)
@pytest.mark.parametrize("command", ["apply", "plan", "clean", "validate"])
def test_a_url_that_cannot_be_used(call: Call, shop: Path, command: str, url: str) -> None:
    outcome = call(command, shop, "--database-url", url)
    refused(outcome, 2, "error: ")
    assert "hu" not in (outcome.out + outcome.err).replace("https", "")
    assert "sh@" not in outcome.out + outcome.err


def test_an_unreachable_server(call: Call, shop: Path) -> None:
    outcome = call("apply", shop, "--database-url", "postgresql://app:hush@127.0.0.1:1/x")
    refused(outcome, 1, "error: ", "127.0.0.1")
    assert "hush" not in outcome.out + outcome.err


def test_a_wrong_password(call: Call, shop: Path, postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    wrong = urlunsplit(parts._replace(netloc=f"{parts.username}:hush@{parts.hostname}:{parts.port}"))
    outcome = call("apply", shop, "--database-url", wrong)
    refused(outcome, 1, "error: ", "password")
    assert "hush" not in outcome.out + outcome.err


def test_a_missing_table(call: Call, shop: Path, postgres_url: str) -> None:
    for command in ("apply", "plan", "validate"):
        refused(call(command, shop, "--database-url", postgres_url), 2, "`customer`")
    assert call("apply", shop, "--database-url", postgres_url, "--create-tables").code == 0
    assert call("validate", shop, "--database-url", postgres_url).code == 0
    assert call("apply", shop, "--database-url", postgres_url).code == 0
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM purchase").fetchone() == (6,)


def prepare(statements: str) -> None:
    """A real database: `real.db`."""
    with closing(sqlite3.connect("real.db")) as connection:
        connection.executescript(statements)


def contents() -> list[str]:
    with closing(sqlite3.connect("real.db")) as connection:
        return list(connection.iterdump())


CUSTOMER = "CREATE TABLE customer (id TEXT PRIMARY KEY, email TEXT UNIQUE);"
PURCHASE = "CREATE TABLE purchase (id TEXT PRIMARY KEY, customer_id TEXT REFERENCES customer, amount INT);"


@pytest.mark.parametrize(
    ("statements", "code", "said"),
    [
        (CUSTOMER, 2, "`purchase`"),
        (CUSTOMER + PURCHASE.replace("amount", "amounts"), 2, "`amount`"),
        (CUSTOMER.replace("UNIQUE", "UNIQUE, name TEXT NOT NULL") + PURCHASE, 2, "`name`"),
        (CUSTOMER + PURCHASE.replace("amount INT", "amount INT CHECK (amount < 0)"), 1, "row 1"),
    ],
    ids=["no table", "no column", "a column that nothing fills", "a value that a column refuses"],
)
def test_a_database_that_does_not_fit(call: Call, shop: Path, statements: str, code: int, said: str) -> None:
    prepare(statements)
    before = contents()
    refused(call("apply", shop, "--database-url", "sqlite:///real.db"), code, said)
    assert contents() == before


def test_a_unique_violation_with_a_row_that_is_not_ours(call: Call, shop: Path) -> None:
    shop.write_text(shop.read_text().replace("ends_with: ", "starts_with: ").replace('"@shop-seed', '"customer'))
    shop.write_text(shop.read_text().replace('"customer.test"', '"customer"'))
    prepare(CUSTOMER.replace("email TEXT UNIQUE", "email TEXT, token TEXT UNIQUE") + PURCHASE)
    shop.write_text(
        shop.read_text().replace("  purchase:", "      token: taken\n  purchase:").replace("count: 3", "count: 1")
    )
    with closing(sqlite3.connect("real.db")) as connection:
        connection.execute("INSERT INTO customer VALUES ('1', 'real@person.test', 'taken')")
        connection.commit()
    before = contents()
    refused(call("apply", shop, "--database-url", "sqlite:///real.db"), 1, "token")
    assert contents() == before


def test_a_file_that_is_no_database(call: Call, shop: Path, folder: Path) -> None:
    (folder / "real.db").write_bytes(b"not a database at all" * 500)
    before = (folder / "real.db").read_bytes()
    refused(call("apply", shop, "--database-url", "sqlite:///real.db"), 1, "error: ")
    assert (folder / "real.db").read_bytes() == before


def test_a_database_in_a_folder_that_is_not_there(call: Call, shop: Path, folder: Path) -> None:
    outcome = call("apply", shop, "--database-url", "sqlite:///absent/real.db")
    assert outcome.code in (1, 2)
    refused(outcome, outcome.code, "error: ", "absent/real.db")
    assert not (folder / "absent").exists()


def test_an_output_that_is_a_file(call: Call, shop: Path, folder: Path) -> None:
    (folder / "out").write_text("mine")
    refused(call("generate", shop, "--output", "out"), 2, "error: ", "`out")
    assert (folder / "out").read_text() == "mine"


def test_rows_that_would_be_orphaned_are_refused(call: Call, shop: Path) -> None:
    shop.write_text(shop.read_text().replace("entities:", "  note: {follows: author_id}\nentities:"))
    prepare(
        CUSTOMER
        + PURCHASE
        + "CREATE TABLE note (id INT, author_id TEXT REFERENCES customer, about_id TEXT REFERENCES customer);"
        "INSERT INTO customer VALUES ('a', 'real@person.test'), ('b', 'old@shop-seed.test');"
        "INSERT INTO note VALUES (1, 'a', 'b');"
    )
    before = contents()
    refused(call("apply", shop, "--database-url", "sqlite:///real.db"), 3, "error: ", "`note`")
    assert contents() == before


@pytest.mark.parametrize("command", ["clean", "verify"])
def test_a_database_that_there_is_not_is_no_empty_one(call: Call, shop: Path, folder: Path, command: str) -> None:
    outcome = call(command, shop, "--database-url", "sqlite:///typo.db")
    assert outcome.code == 1
    assert "`typo.db` does not exist" in outcome.err
    assert not (folder / "typo.db").exists()

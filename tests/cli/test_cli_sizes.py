"""`--scale`, `--profile`, rows from CSV files, and `--allow-python`, as a person calls them."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Call

SPEC = """\
seedspec: 1
name: sized
seed: 3
profiles:
  ci: {scale: 0.1}
  load: {scale: 2, counts: {admin: 7}}
entities:
  user:
    count: 25
    fields: {id: {uuid: {}}, name: {faker: name}}
  admin: {table: admin, count: 3, fields: {id: {uuid: {}}}}
  nobody: {table: nobody, count: 0, fields: {id: {uuid: {}}}}
  visit: {per: {user: 2}, fields: {id: {uuid: {}}, user_id: {ref: user}}}
"""


@pytest.fixture
def sized(folder: Path) -> str:
    (folder / "sized.yaml").write_text(SPEC)
    return "sized.yaml"


def counts(call: Call, *options: str) -> dict[str, int]:
    """The rows that a plan shows, by entity."""
    outcome = call("plan", "sized.yaml", *options, "--format", "json")
    assert outcome.code == 0, outcome.out
    return {step["entity"]: step["rows"] for step in json.loads(outcome.out)["insert"]}


@pytest.mark.parametrize(
    ("options", "user", "admin"),
    [
        ((), 25, 3),
        (("--scale", "10"), 250, 30),
        (("--scale", "0.1"), 3, 1),
        (("--scale", "0.5"), 13, 2),
        (("--scale", "1e-9"), 1, 1),
        (("--profile", "ci"), 3, 1),
        (("--profile", "load"), 50, 7),
        (("--profile", "load", "--scale", "4"), 100, 7),
    ],
)
@pytest.mark.usefixtures("sized")
def test_counts_follow_the_size(call: Call, options: tuple[str, ...], user: int, admin: int) -> None:
    assert counts(call, *options) == {"user": user, "admin": admin, "nobody": 0, "visit": 2 * user}


def test_a_larger_size_keeps_the_rows_of_a_smaller_one(call: Call, sized: str) -> None:
    rows = []
    for scale in ("1", "3"):
        assert call("apply", sized, "--scale", scale, "--database-url", f"sqlite:///{scale}.db").code == 0
        with closing(sqlite3.connect(f"{scale}.db")) as connection:
            rows.append(connection.execute("SELECT id, name FROM user ORDER BY rowid").fetchall())
    assert len(rows[1]) == 75
    assert rows[1][:25] == rows[0]


def test_plan_and_summary_name_the_size(call: Call, sized: str) -> None:
    plan = call("plan", sized, "--profile", "ci", "--scale", "0.2")
    assert "seed 3, profile ci, scale 0.2, fingerprint " in plan.out
    assert ", profile load\n" in call("apply", sized, "--profile", "load").out
    told = json.loads(call("apply", sized, "--scale", "0.2", "--format", "json").out)
    assert told["size"] == {"profile": None, "scale": 0.2}
    assert "scale" not in call("apply", sized).out


def test_the_fingerprint_is_that_of_the_counts(call: Call, sized: str) -> None:
    def fingerprint(*options: str) -> str:
        found: str = json.loads(call("plan", sized, *options, "--format", "json").out)["fingerprint"]
        return found

    assert fingerprint() == fingerprint("--scale", "1") != fingerprint("--scale", "2")
    assert fingerprint("--profile", "ci") == fingerprint("--scale", "0.1")


@pytest.mark.parametrize(
    "scale", ["0", "-1", "-0", "nan", "inf", "1e12", "ten", "1/2", "1e99999999", "1e-99999999", ""]
)
@pytest.mark.parametrize("command", ["apply", "plan", "clean", "generate", "validate"])
def test_a_scale_that_is_none(call: Call, sized: str, command: str, scale: str, folder: Path) -> None:
    output = ("--output", "out") if command == "generate" else ()
    outcome = call(command, sized, f"--scale={scale}", *output)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: a scale is a number from 0.000000001 to 1,000,000,000, not ")
    assert len(outcome.err.splitlines()) == 2
    assert [each.name for each in folder.iterdir()] == [sized]


def test_a_scale_with_too_many_rows(call: Call, sized: str) -> None:
    Path(sized).write_text(SPEC.replace("count: 25", "count: 2500"))
    outcome = call("apply", sized, "--scale", "1e9")
    assert outcome.code == 2
    assert "`--scale 1e+09` would make 5,000,000,000,000 rows of `visit` or more" in outcome.err


def test_an_unknown_profile(call: Call, sized: str) -> None:
    outcome = call("apply", sized, "--profile", "laod")
    assert outcome.code == 2
    assert outcome.err == "error: `sized` has no profile `laod`\n  = help: did you mean `load`?\n"


def test_checks_see_the_size(call: Call, sized: str) -> None:
    Path(sized).write_text(SPEC.replace("{faker: name}", "{int: 1..100, unique: true}"))
    assert call("validate", sized).code == 0
    outcome = call("apply", sized, "--scale", "5")
    assert outcome.code == 2
    assert "sized.yaml:10:58" in outcome.err
    assert "100 different values cannot be unique in 125 rows" in outcome.err


# Rows from CSV files

CITIES = """\
seedspec: 1
name: cities
entities:
  city: {key: code, rows: cities.csv, fields: {people: {int: 100..200}, label: {expr: "name || code"}}}
"""


@pytest.fixture
def cities(folder: Path) -> str:
    (folder / "cities.csv").write_text("code,name,people\n1,Aden,8\n2,Taiz,\n")
    (folder / "cities.yaml").write_text(CITIES)
    return "cities.yaml"


def test_rows_of_a_file(call: Call, cities: str) -> None:
    assert call("apply", cities, "--scale", "1000").code == 0
    with closing(sqlite3.connect("cities.db")) as connection:
        first, second = connection.execute("SELECT code, name, people, label FROM city ORDER BY code").fetchall()
    assert first == (1, "Aden", 8, "Aden1")
    assert second[:2] == (2, "Taiz")
    assert 100 <= second[2] <= 200


def test_the_fingerprint_is_that_of_the_file_too(call: Call, cities: str, folder: Path) -> None:
    found = []
    for name in ("Aden", "Ibb"):
        (folder / "cities.csv").write_text(f"code,name,people\n1,{name},8\n")
        found.append(json.loads(call("plan", cities, "--format", "json").out)["fingerprint"])
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("absent.csv", "`absent.csv`: no such file"),
        (f"{'a' * 300}.csv", "file name too long"),
        ("outside/cities.csv", "a link leads outside of the spec's folder"),
        ("link.csv", "a link leads outside of the spec's folder"),
        ("../cities.csv", "outside of the spec's folder"),
        ("specs/../../cities.csv", "outside of the spec's folder"),
        ("/etc/passwd", "outside of the spec's folder"),
        ("pipe.csv", "this is no file"),
    ],
)
def test_a_file_that_is_not_read(call: Call, folder: Path, rows: str, said: str) -> None:
    (folder / "specs").mkdir()
    (folder / "cities.csv").write_text("code,name,people\n1,secret,3\n")
    (folder / "specs" / "link.csv").symlink_to(folder / "cities.csv")
    (folder / "specs" / "outside").symlink_to(folder)
    os.mkfifo(folder / "specs" / "pipe.csv")
    (folder / "specs" / "cities.yaml").write_text(CITIES.replace("cities.csv", rows))
    for command in ("validate", "apply"):
        outcome = call(command, "specs/cities.yaml")
        assert outcome.code == 2
        assert f"error[S138]: `{rows[:39]}" in outcome.err
        assert said in outcome.err
        assert "secret" not in outcome.out + outcome.err
    assert not (folder / "cities.db").exists()


def test_a_link_that_stays_in_the_folder_is_followed(call: Call, cities: str, folder: Path) -> None:
    (folder / "cities.csv").rename(folder / "others.csv")
    (folder / "cities.csv").symlink_to("others.csv")
    assert call("validate", cities).code == 0


# Python functions

CALLING = """\
seedspec: 1
name: calling
entities:
  user:
    count: 50
    fields:
      id: {uuid: {}}
      code: {python: "own_functions:code", args: {number: {expr: row}}}
"""
CODE = "def code(bits, number): return [f'{n}-{int(b) % 10}' for b, n in zip(bits, number)]\n"


@pytest.fixture
def calling(folder: Path) -> Iterator[str]:
    (folder / "own_functions.py").write_text("open('imported', 'w').close()\n" + CODE)
    (folder / "calling.yaml").write_text(CALLING)
    yield "calling.yaml"
    sys.modules.pop("own_functions", None)


@pytest.mark.parametrize("command", ["apply", "plan", "clean", "generate", "validate"])
def test_python_is_refused_unless_allowed(call: Call, calling: str, folder: Path, command: str) -> None:
    output = ("--output", "out") if command == "generate" else ()
    outcome = call(command, calling, *output)
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("error: `calling.yaml` wants to call Python: `own_functions:code`\n")
    assert "--allow-python" in outcome.err
    assert not (folder / "imported").exists()
    assert "own_functions" not in sys.modules


def test_a_function_makes_a_column(call: Call, calling: str) -> None:
    path = list(sys.path)
    assert call("apply", calling, "--allow-python").code == 0
    with closing(sqlite3.connect("calling.db")) as connection:
        codes = [code for (code,) in connection.execute("SELECT code FROM user ORDER BY rowid")]
    assert [code.split("-")[0] for code in codes] == [str(number) for number in range(1, 51)]
    assert len({code.split("-")[1] for code in codes}) > 5
    assert sys.path == path


def test_every_spec_is_judged_where_one_is_refused(call: Call, calling: str, sized: str) -> None:
    outcome = call("validate", calling, sized, "--format", "json")
    assert outcome.code == 3
    assert [verdict["valid"] for verdict in json.loads(outcome.out)["specs"]] == [False, True]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no such\\nthing')", "`user.code`: `own_functions:code` raises ValueError: no such thing"),
        ("raise SystemExit(0)", "`user.code`: `own_functions:code` raises SystemExit: 0"),
        ("return ['a']", "returns 1 values for 50 rows"),
        ("return number.to_list() + [1]", "returns 51 values for 50 rows"),
        ("return 'a' * len(bits)", "returns `str`, which is no column"),
        ("return None", "returns `NoneType`, which is no column"),
        ("return (each for each in bits)", "returns `generator`, which is no column"),
        ("return number", "returns a column of Int64, which is no text"),
        ("return ['a'] * 9 + [b'b'] + ['c'] * 40", "row 10 of `user.code`: `own_functions:code` returns `b'b'`"),
        ("return [object()] * len(bits)", "row 1 of `user.code`: `own_functions:code` returns `<object"),
        ("return ['\\ud800'] * len(bits)", "row 1 of `user.code`"),
    ],
)
def test_a_function_that_fails(call: Call, calling: str, folder: Path, body: str, said: str) -> None:
    (folder / "own_functions.py").write_text(f"def code(bits, number): {body}\n")
    with closing(sqlite3.connect("calling.db")) as connection:
        connection.execute("CREATE TABLE user (id TEXT PRIMARY KEY, code TEXT)")
        connection.execute("INSERT INTO user VALUES ('mine', 'kept')")
        connection.commit()
    outcome = call("apply", calling, "--allow-python", "--database-url", "sqlite:///calling.db")
    assert outcome.code == 2
    assert "error[S231]: " in outcome.err
    assert said in outcome.err
    with closing(sqlite3.connect("calling.db")) as connection:
        assert connection.execute("SELECT * FROM user").fetchall() == [("mine", "kept")]


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("", "`own_functions` has no `code`"),
        ("code = 5", "`own_functions:code` is no function"),
        ("import no_such_thing", "cannot be imported: ModuleNotFoundError"),
        ("raise SystemExit(0)", "cannot be imported: SystemExit"),
        ("def code(:", "cannot be imported: SyntaxError"),
    ],
)
def test_a_module_without_the_function(call: Call, calling: str, folder: Path, module: str, said: str) -> None:
    (folder / "own_functions.py").write_text(module)
    outcome = call("validate", calling, "--allow-python")
    assert outcome.code == 2
    assert "calling.yaml:8:22" in outcome.err
    assert said in outcome.err


def test_the_fingerprint_is_that_of_the_module_too(call: Call, calling: str, folder: Path) -> None:
    found = []
    for text in (CODE, CODE + "# changed\n"):
        (folder / "own_functions.py").write_text(text)
        sys.modules.pop("own_functions", None)
        found.append(json.loads(call("plan", calling, "--allow-python", "--format", "json").out)["fingerprint"])
    assert found[0] != found[1]

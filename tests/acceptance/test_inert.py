"""A spec is inert: whatever its text, it reads no file but those in its folder, opens no socket and runs no code."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fuzz.hostile_expressions import HOSTILE

WATCHED = Path(__file__).with_name("watched.py")
SECRET = "a secret that no spec may read"
HEAD = "seedspec: 1\nname: inert\nas_of: 2026-01-01\n"
NAMES = HEAD + "entities:\n  name: {count: 1, fields: "
PLANTED = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n\ndef values(bits):\n    return bits\n"

FIRST = HEAD + (
    "entities:\n"
    "  town: {rows: towns.csv, fields: {label: {template: '{name}!'}}}\n"
    "  user: {count: 2, fields: {id: {uuid: {}}, name: {faker: name}, at: {datetime: {from: as_of, to: as_of}}}}\n"
)

FILES = {
    "absolute": "{rows: SECRET}",
    "above": "{rows: ../secret.csv}",
    "above-by-a-detour": "{rows: inside/../../secret.csv}",
    "link": "{rows: link.csv}",
    "linked-folder": "{rows: linked/secret.csv}",
    "address": "{rows: 'file://SECRET'}",
    "home": "{rows: ~/secret.csv}",
    "device": "{rows: /dev/stdin}",
    "pattern": "{rows: '../*.csv'}",
    "included": "!include SECRET",
    "extended": "{extends: ../secret.csv, count: 1}",
}
TAGS = (
    "!!python/object/apply:os.system ['touch ran']",
    "!!python/object/apply:subprocess.check_output [[touch, ran]]",
    "!!python/object/apply:builtins.open [SECRET]",
    "!!python/object/new:planted.values [1]",
    "!!python/name:planted.values",
    "!!python/module:planted",
    "!include SECRET",
    "!env HOME",
)
VALUES = (
    "{python: 'planted:values'}",
    "{python: 'os:system', args: {command: touch ran}}",
    "{list: {python: 'planted:values'}, count: 2}",
    "{faker: add_provider, args: {provider: planted}}",
    "{faker: format, args: {formatter: seed}}",
    "{faker: __class__}",
    "{faker: name, locale: ../planted}",
    "{faker: name, locale: planted}",
    "{faker: json, args: {data_columns: {a: planted.values}}}",
    "{faker: image_url, args: {placeholder_url: 'http://127.0.0.1:9/{width.__class__}'}}",
    "{faker: uri}",
    "{faker: image}",
    "{faker: zip}",
    "{faker: binary, args: {length: 10}}",
    "{faker: csv}",
    "{faker: sentence, args: {ext_word_list: SECRET}}",
    "{template: '{pg_read_file(''SECRET'')}'}",
    "{template: '{row.__class__.__mro__}'}",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of specs with a secret outside of it, ways to it, and a module that nobody allows."""
    outside = tmp_path_factory.mktemp("outside")
    secret = outside / "secret.csv"
    secret.write_text(f"name\n{SECRET}\n")
    made = outside / "specs"
    (made / "inside").mkdir(parents=True)
    (made / "towns.csv").write_text("name\nTown\n")
    (made / "planted.py").write_text(PLANTED)
    (made / "link.csv").symlink_to(secret)
    (made / "linked").symlink_to(outside)
    texts = {"0-first": FIRST}
    texts |= {f"file-{name}": f"{HEAD}entities:\n  x: {text}\n" for name, text in FILES.items()}
    texts |= {f"tag-{number}": f"{NAMES}{{x: {text}}}}}\n" for number, text in enumerate(TAGS)}
    texts |= {f"tag-at-the-top-{number}": f"{text}\n" for number, text in enumerate(TAGS)}
    texts |= {f"value-{number}": f"{NAMES}{{x: {text}}}}}\n" for number, text in enumerate(VALUES)}
    expressions = (*HOSTILE, *(each.replace("/etc/passwd", str(secret)) for each in HOSTILE if "/etc/passwd" in each))
    texts |= {f"expression-{n}": f"{NAMES}{{x: {{expr: {json.dumps(e)}}}}}}}\n" for n, e in enumerate(expressions)}
    for name, text in texts.items():
        (made / f"{name}.yaml").write_text(text.replace("SECRET", str(secret)), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def seen(folder: Path) -> Any:
    """What all these specs touched, and how each ended."""
    command = [sys.executable, WATCHED, folder]
    done = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


def test_files_are_read_in_the_folder_of_the_spec_alone(seen: Any, folder: Path) -> None:
    opened = {Path(path).resolve() for event, path in seen["events"] if event == "open" and not path.isdigit()}
    libraries = tuple(Path(each).resolve() for each in (*sys.path, sys.prefix, sys.base_prefix) if each)
    others = {path for path in opened if not any(path.is_relative_to(library) for library in libraries)}
    assert folder / "towns.csv" in others, "the hook sees what is opened"
    assert {path for path in others if not path.is_relative_to(folder)} == set()


def test_no_socket_is_opened_and_no_process_started(seen: Any) -> None:
    allowed = ("open", "import", "exec")
    assert {(event, what) for event, what in seen["events"] if event not in allowed} == set()


def test_no_code_of_a_spec_runs(seen: Any, folder: Path) -> None:
    assert not (folder / "ran").exists()
    ran = {what for event, what in seen["events"] if event in ("import", "exec")}
    assert {what for what in ran if "planted" in what or what.startswith(str(folder))} == set()


def test_nothing_of_the_secret_is_said_or_made(seen: Any) -> None:
    assert [name for name, outcome in seen["outcomes"].items() if SECRET in outcome] == []


def test_only_specs_that_read_nothing_have_rows(seen: Any) -> None:
    refused = ("InvalidSpec", "Refused", "GenerationFault")
    made = {name for name, outcome in seen["outcomes"].items() if not outcome.startswith(refused)}
    assert "0-first.yaml" in made
    assert {name for name in made if name.startswith(("file", "tag"))} == set()

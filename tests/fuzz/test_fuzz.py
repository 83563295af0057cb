"""What `python tests/fuzz` found once stays mended, and a small share of what it makes runs here each time."""

from pathlib import Path

import pytest

from fuzz.cases import Folder, document, string
from fuzz.properties import hold_document, hold_expression, hold_template

CORPUS = Path(__file__).parent / "corpus"
DOCUMENTS = sorted((CORPUS / "documents").iterdir())
EXPRESSIONS = [
    line for line in (CORPUS / "expressions.txt").read_text("ascii").splitlines() if line[:1] not in ("", "#")
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_that_was_found_once(path: Path) -> None:
    assert hold_document(path).valid == path.name.startswith("valid-")


@pytest.mark.parametrize("line", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_an_expression_that_was_found_once(line: str) -> None:
    kind, _, text = line.partition(" ")
    parsed, made = {"value": (True, True), "fault": (True, False), "refused": (False, False)}[kind]
    outcome = hold_expression(text.encode().decode("unicode_escape"))
    assert (outcome.valid, outcome.made) == (parsed, made)


def test_documents_are_loaded_or_refused_with_diagnostics(folder: Folder) -> None:
    found = [folder.hold(document(1, number)) for number in range(300)]
    assert any(each.made for each in found)
    assert not all(each.valid for each in found)


def test_strings_are_expressions_or_faults() -> None:
    found = []
    for number in range(2_000):
        text, is_template = string(1, number)
        found.append((hold_template if is_template else hold_expression)(text))
    assert any(each.made for each in found)
    assert not all(each.valid for each in found)


def test_a_number_makes_the_same_case_again() -> None:
    assert [document(7, number) for number in range(20)] == [document(7, number) for number in range(20)]
    assert [string(7, number) for number in range(200)] == [string(7, number) for number in range(200)]
    assert len({document(7, number) for number in range(20)} | {document(8, number) for number in range(20)}) > 30

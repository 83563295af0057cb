"""Numbered cases: each is made from the seed and its number alone, so that it can be made again."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Literal

from fuzz.documents import ROOT, Documents
from fuzz.expressions import expression, template
from fuzz.properties import Outcome, hold_document, hold_expression, hold_template

Kind = Literal["document", "string"]

_MATERIAL = Documents()


def document(seed: int, number: int) -> bytes:
    """The document of that number."""
    return _MATERIAL.make(Random(f"{seed} document {number}"))


def string(seed: int, number: int) -> tuple[str, bool]:
    """The text of that number, and whether it is one of a template."""
    random = Random(f"{seed} string {number}")
    is_template = random.random() < 0.1
    return (template if is_template else expression)(random), is_template


class Folder:
    """A folder for one document after the other, with the files that specs name beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spec = path / "fuzz.yaml"
        for source in (ROOT / "specs", ROOT / "seedspec/conformance/valid", ROOT / "seedspec/conformance/invalid"):
            for each in source.rglob("*.csv"):
                beside = path / each.relative_to(source)
                beside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(each, beside)

    def hold(self, content: bytes, then: Callable[[], None] = lambda: None) -> Outcome:
        """The outcome of a document."""
        self.spec.write_bytes(content)
        return hold_document(self.spec, then)


Case = Callable[[Callable[[], None]], Outcome]
"""Runs, and calls what it is given when a document is loaded and rows are still to be made."""


def runner(kind: Kind, seed: int, folder: Path) -> Callable[[int], Case]:
    """Makes the case of a number, to be called when it shall run."""
    if kind == "string":

        def text(number: int) -> Case:
            made, is_template = string(seed, number)
            return lambda _: (hold_template if is_template else hold_expression)(made)

        return text
    os.chdir(folder)
    within = Folder(folder)

    def spec(number: int) -> Case:
        content = document(seed, number)
        return lambda then: within.hold(content, then)

    return spec

"""Golden files: what must never change without a decision, kept beside the test and reviewed as a diff.

`pytest tests/golden --update-golden` writes them anew; without the option a test only compares.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(name, text)`: the file `name` of this folder holds exactly this text, or will from now on."""
    # Where pytest starts above this folder it reads the options before it sees this file.
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.is_file(), f"no {name}: run `pytest tests/golden --update-golden` and review the new file"
        expected = path.read_bytes().decode("utf-8")
        assert text == expected, f"{name} differs: if that is meant, run `pytest tests/golden --update-golden`"

    return compare

"""What unit tests of the layers above the spec have in common."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seedengine.checking import load_spec
from seedengine.spec.load import Loaded

HEAD = "seedspec: 1\nname: test\nseed: 1\nas_of: 2026-01-01T00:00:00Z\n"


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str], Loaded]:
    """Loads the text of a spec, whose first lines may be left out; raises InvalidSpec as a file would."""

    def load(text: str) -> Loaded:
        path = tmp_path / "spec.yaml"
        path.write_text(HEAD + text)
        return load_spec(path)

    return load

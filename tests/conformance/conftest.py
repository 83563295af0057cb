"""The option that writes the expected errors anew."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-conformance", action="store_true", help="write the .err files instead of comparing")

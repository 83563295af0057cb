"""What a database fills anew in every run that replaces its rows, and once in a row that stays."""

from collections.abc import Callable, Iterable

from seedengine.diagnostics import Diagnostic, InvalidSpec

RENEWED = "W303"
"""The warning of a column that is left to a clock, a sequence or chance of the database."""


def check_unrenewed(check: Callable[[], Iterable[Diagnostic]]) -> tuple[Diagnostic, ...]:
    """The warnings that a check finds for a run that makes no row anew, and so no value that the database fills.

    Raises InvalidSpec as the check does.
    """
    try:
        return _without_renewed(check())
    except InvalidSpec as fault:
        diagnostics = _without_renewed(fault.diagnostics)
    raise InvalidSpec(diagnostics)


def _without_renewed(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(each for each in diagnostics if each.code != RENEWED)

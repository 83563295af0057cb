"""PostgreSQL's refusals in plain words: which row, which column, why, and what to do."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import sqlalchemy.exc
from psycopg import errors

from seedengine.diagnostics import DatabaseError, Refused, SeedengineError, closest
from seedengine.targets.protocol import RowRefused

LONGEST_VALUE = 60

# Read without their words, which come in the server's language.
_CONTEXT = re.compile(r"^COPY .+?, \S+ (\d+)(?:, \S+ (.+?)(?:: |$))?", re.MULTILINE)
_VALUE = re.compile(r'^COPY .+?, \S+ \d+, \S+ .+?: ["»„«](.*)["»“«]$', re.MULTILINE | re.DOTALL)
_QUOTED = r'"(?:[^"]|"")*"'
_KEY = re.compile(rf"""\(((?:{_QUOTED}|'[^']*'|[^"'])*?)\) ?= ?\((.*)\)""", re.DOTALL)
_COLUMN = re.compile(rf"{_QUOTED}|[^\s,]+")
_HIDDEN = re.compile(r'["»„«](.+)["»“«]', re.DOTALL)
_ENUM = re.compile(rf'^[^":]*\benum (?:(?:{_QUOTED}|[^".:]+)\.)?({_QUOTED}|[^".:]+):', re.IGNORECASE)


class LockWaited(DatabaseError):
    """Another session held a lock for longer than any is waited for."""


def explain(error: BaseException | None) -> DatabaseError:
    """What a statement other than a load ran into; LockWaited where that is a lock."""
    if not isinstance(error, psycopg.Error) or error.diag.message_primary is None:
        if isinstance(error, psycopg.DataError | psycopg.ProgrammingError):
            return DatabaseError(f"the driver refuses: {shortened(str(error), 160)}")
        return DatabaseError("the connection to the database broke", "nothing was changed; run it again")
    if isinstance(error, errors.LockNotAvailable):
        return LockWaited("another session holds a lock on what this run needs", "nothing was changed; run it again")
    primary = shortened(error.diag.message_primary, 160)
    detail = shortened(error.diag.message_detail or "", 200)
    message = f"the database refuses: {primary}" + (f" ({detail.rstrip('.')})" if detail else "")
    return DatabaseError(message, _help(error))


def explain_commit(error: BaseException | None) -> DatabaseError:
    """What a COMMIT ran into; where the connection broke, nobody can say whether it was carried out."""
    if isinstance(error, psycopg.Error) and not isinstance(error, psycopg.OperationalError):
        return explain(error)
    return DatabaseError(
        "the connection broke at the very end: either all was done or nothing", "run it again: the end is the same"
    )


@contextmanager
def translated(how: Callable[[BaseException | None], DatabaseError] = explain) -> Iterator[None]:
    """Whatever the driver raises inside becomes a DatabaseError of one line, or Refused where rows are hidden."""
    refusal: SeedengineError
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        refusal = _hidden_rows(error.orig) or how(error.orig)
    except psycopg.Error as error:
        refusal = _hidden_rows(error) or how(error)
    else:
        return
    raise refusal


def _hidden_rows(error: BaseException | None) -> Refused | None:
    """That a statement would not see all rows of a table, and with `row_security` off did not run."""
    # The privilege that is missing has many reasons, and the words come in the server's language.
    if not isinstance(error, psycopg.Error) or error.diag.source_function != "check_enable_rls":
        return None
    found = _HIDDEN.search(error.diag.message_primary or "")
    table = f"`{shortened(found[1])}`" if found else "a table"
    # Only the owner of a table that is forced on its owner too gets a hint.
    owner = "" if error.diag.message_hint else " or owns the table"
    return Refused(
        f"row-level security of {table} hides rows from this user",
        f"run it as a role that has BYPASSRLS{owner}; nothing was changed",
    )


@contextmanager
def naming_wait(seconds: float, *, read_only: bool) -> Iterator[None]:
    """Around a transaction: what ends it as it waits for a lock says how long it waited, and what to do."""
    try:
        yield
    except LockWaited as error:
        longer = "" if read_only else ", or wait longer with `--lock-timeout`"
        raise DatabaseError(
            f"{error.message}; waited {seconds:g} s",
            f"nothing was changed; run it again when that session is done{longer}",
        ) from None


def _help(error: psycopg.Error) -> str | None:
    match error:
        case errors.InsufficientPrivilege():
            return "run it as a user that may, or grant the missing right"
        case errors.DeadlockDetected() | errors.SerializationFailure():
            return "another session was in the way; nothing was changed, run it again"
        case errors.AdminShutdown() | errors.CrashShutdown():
            return "nothing was changed; run it again"
        case _:
            return None


def explain_row(error: psycopg.Error, table: str, labels: Mapping[str, tuple[str, ...]]) -> DatabaseError:
    """What a load of `table` ran into: RowRefused where the server blames a row or a constraint."""
    # A shutdown or a full disk comes at some row too, which is not to blame.
    if isinstance(error, errors.OperationalError) or error.diag.message_primary is None:
        return explain(error)
    context = _CONTEXT.search(error.diag.context or "")
    if context is None and not isinstance(error, errors.DataError | errors.IntegrityError):
        return explain(error)
    row = int(context[1]) - 1 if context else None
    column = error.diag.column_name or (context[2] if context else None)
    message, help, columns = _reason(error, table, column, labels)
    return RowRefused(message, table, row, columns[0] if len(columns) == 1 else column, help)


def rows_left_out(table: str, inserted: int, given: int) -> DatabaseError:
    """Nothing complained, and yet another number of rows was inserted than was given."""
    return DatabaseError(
        f"{inserted} rows were inserted into `{table}` where {given} were given",
        "a trigger or a rule of the database was in the way; nothing was changed",
    )


def _reason(
    error: psycopg.Error, table: str, column: str | None, labels: Mapping[str, tuple[str, ...]]
) -> tuple[str, str | None, list[str]]:
    """Message, help, and the columns that a constraint names."""
    place = f"`{table}.{column}`" if column else f"`{table}`"
    primary = error.diag.message_primary or ""
    found = _VALUE.search(error.diag.context or "")
    value = f"'{shortened(found[1])}'" if found else "the value" if column else "the row"
    match error:
        case errors.UniqueViolation() | errors.ExclusionViolation():
            columns, key = _key(error.diag.message_detail)
            return (
                f"`{table}` already holds a row with {key or 'this key'} (`{error.diag.constraint_name}`)",
                "a row that is not this spec's may hold it: change that row, or the value in the spec",
                columns,
            )
        case errors.ForeignKeyViolation():
            columns, key = _key(error.diag.message_detail)
            return (
                f"`{table}` refers to a row that does not exist: {key} (`{error.diag.constraint_name}`)",
                "let the field draw from an entity of that table with `ref`",
                columns,
            )
        case errors.NotNullViolation():
            return f"{place} takes no NULL", "fill it in the spec, without `nulls`", []
        case errors.CheckViolation() if error.diag.constraint_name is None:
            columns, key = _key(error.diag.message_detail)
            return (
                f"no partition of `{table}` takes the row" + (f" with {key}" if key else ""),
                "make values that a partition takes, or create a partition for them",
                columns,
            )
        case errors.CheckViolation():
            name = error.diag.constraint_name
            return f"the check `{name}` of {place} refuses the row", "make values that it allows", []
        case errors.StringDataRightTruncation():
            return f"{place} refuses {value}: {shortened(primary)}", "make it shorter", []
        case errors.InvalidTextRepresentation() if enum := _ENUM.search(primary):
            name = _unquoted(enum[1])
            return f"{place} refuses {value}: it is no label of `{name}`", _labels(found, labels.get(name, ())), []
        case errors.CharacterNotInRepertoire() | errors.UntranslatableCharacter():
            return f"{place} refuses a NUL character, which PostgreSQL's text cannot hold", "leave it out", []
        case _:
            detail = shortened(error.diag.message_detail or "", 200).rstrip(".")
            message = f"{place} refuses {value}: {shortened(primary, 120)}" + (f" ({detail})" if detail else "")
            return message, _help(error), []


def _key(detail: str | None) -> tuple[list[str], str]:
    match = _KEY.search(detail or "")
    if match is None:
        return [], ""
    if "(" in re.sub(_QUOTED, "", match[1]):  # an index over an expression, which is no column
        return [], f"{shortened(match[1])} = {shortened(match[2])}"
    columns = [_unquoted(each) for each in _COLUMN.findall(match[1])]
    return columns, f"{', '.join(columns)} = {shortened(match[2])}"


def _unquoted(name: str) -> str:
    """A name that the server wrote as SQL has it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _labels(found: re.Match[str] | None, labels: tuple[str, ...]) -> str | None:
    meant = closest(found[1], labels) if found else None
    if meant:
        return f"did you mean `{meant}`?"
    return f"its labels are {', '.join(f'`{label}`' for label in labels[:20])}" if labels else None


def shortened(text: str, length: int = LONGEST_VALUE) -> str:
    """The text on one line, cut where it is overly long."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[:length]}…"

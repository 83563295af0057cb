"""Connections to PostgreSQL, and one clear line for each way in which there is none."""

import os
import re
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine

from seedengine.diagnostics import DatabaseError
from seedengine.targets.postgres.address import CONNECT_SECONDS, Address, masked
from seedengine.targets.postgres.locality import name_elsewhere

_REASONS: tuple[tuple[str, str, str | None], ...] = (
    (r"password authentication failed", "the server refuses this user and password", "look at both in the URL"),
    (r"no password supplied", "the server asks for a password", "write it as `postgresql://user:password@…`"),
    (r'database ".*" does not exist', "the server has no such database", "create it first, or look at the name"),
    (r'role ".*" does not exist', "the server has no such user", "look at the user in the URL"),
    (r"resolve host|translate host name|not known", "its host cannot be found", "look at the host in the URL"),
    (r"refused|No such file or directory", "no server answers there", "is it running, and is the port right?"),
    (r"timeout expired|timed out", "it did not answer in time", "look at host and port, or set `connect_timeout`"),
)  # fmt: skip


def make_engine(address: Address) -> Engine:
    """An engine without a pool, whose connections are made from the address alone, never from a URL."""
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address),
        poolclass=NullPool,
        use_native_hstore=False,
        hide_parameters=True,
    )


def connect(address: Address) -> psycopg.Connection[Any]:
    """A new connection; it works behind a transaction pooler, as nothing is prepared on the server.

    Raises DatabaseError with nothing in it of a password.
    """
    parameters = {
        "fallback_application_name": "seedengine",
        **address.parameters,
        "client_encoding": "UTF8",  # that of the rows that COPY sends
    }
    if "PGCONNECT_TIMEOUT" not in os.environ:
        parameters.setdefault("connect_timeout", CONNECT_SECONDS)
    try:
        return psycopg.connect(prepare_threshold=None, **parameters)  # type: ignore[arg-type]
    except psycopg.Error as error:
        reason, help = _explain(str(error), address)
    raise DatabaseError(f"cannot connect to `{address}`: {reason}", help)


def _explain(text: str, address: Address) -> tuple[str, str | None]:
    for pattern, reason, help in _REASONS:
        if re.search(pattern, text):
            return reason, help
    line = text.splitlines()[0] if text else ""
    line = re.sub(r"^.*(failed|is bad): ", "", line).removeprefix("FATAL:").strip()
    if not line or address.hides(line):
        return "the driver refuses it", "look at the parameters of the URL"
    return line, None


def resolved_name(connection: psycopg.Connection[Any], address: Address) -> str:
    """The masked URL of where the driver really went, which a URL's parameters and PG… variables decide."""
    info = connection.info
    host = _resolved_host(info, address)
    return masked(info.user, host, str(info.port), info.dbname, with_password=bool(info.password))


def resolved_elsewhere(connection: psycopg.Connection[Any], address: Address) -> str | None:
    """`HOST/DATABASE` where the driver really went to another machine, else None."""
    info = connection.info
    return name_elsewhere(_resolved_host(info, address), info.hostaddr, info.dbname)


def _resolved_host(info: psycopg.ConnectionInfo, address: Address) -> str:
    return info.hostaddr if address.names_an_ip or not info.host else info.host


def raw_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for what SQLAlchemy has no word for (COPY)."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw

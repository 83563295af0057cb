"""Connections to PostgreSQL, and one clear line for each way in which there is none."""

import os
import re
from dataclasses import dataclass
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
        connection = psycopg.connect(prepare_threshold=None, **parameters)  # type: ignore[arg-type]
    except psycopg.Error as error:
        reason, help = _explain(str(error), address)
    except UnicodeError:  # a host that cannot be a name at all, as one with an empty or an overly long part
        reason, help = "its host cannot be found", "look at the host in the URL"
    else:
        # Whoever waits for another run must see what that has done, whatever the database's own choice is.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return connection
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where the driver really went, which a URL's parameters, PG… variables and services decide.

    `name` is its masked URL; `elsewhere` is `HOST/DATABASE` where that is on another machine, else None.
    """

    name: str
    elsewhere: str | None


def resolve_place(connection: psycopg.Connection[Any], address: Address) -> Place:
    """Where a connection leads."""
    info = connection.info
    host = info.hostaddr if _names_an_ip(connection, address) or not info.host else info.host
    return Place(
        masked(info.user, host, str(info.port), info.dbname, with_password=bool(connection.pgconn.password)),
        name_elsewhere(host, info.hostaddr, info.dbname),
    )


def _names_an_ip(connection: psycopg.Connection[Any], address: Address) -> bool:
    """Whether an address was asked for, so that the host's name says nothing about where the connection leads."""
    if address.names_an_ip:
        return True
    # The driver itself gives libpq the address of a host that it was told, but not of one that only a service names.
    options = {option.keyword: option.val for option in connection.pgconn.info}
    return bool("service" in address.parameters and options.get(b"hostaddr"))


def raw_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for what SQLAlchemy has no word for (COPY)."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw

"""The address of a PostgreSQL database: the parameters that libpq gets, and how they are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, unquote

from psycopg.pq import Conninfo

from seedengine.diagnostics import InvalidCall

CONNECT_SECONDS = "10"
SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")

# Errors never quote what they found: any part of a URL that was misread may be part of a password.
_ENCODE = "in a user name or password write `@` as %40, `:` as %3A, `/` as %2F, `?` as %3F, `#` as %23, `%` as %25"
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Parameters for libpq by keyword, the schema that names without one mean, and what was ignored."""

    parameters: Mapping[str, str]
    schema: str | None = None
    notes: tuple[str, ...] = ()
    port_may_be_password: bool = False
    """Whether the URL had no `@`: its `a:b` may be a host and a port, and just as well a user and a password."""

    def __str__(self) -> str:
        """The masked URL of what was asked for, libpq's own defaults and environment included."""
        asked = self._asked()
        return masked(
            asked.get("user", ""),
            asked.get("hostaddr") or asked.get("host", ""),
            None if self.port_may_be_password else asked.get("port", ""),
            asked.get("dbname") or asked.get("user", ""),
            with_password="password" in self.parameters,
        )

    def _asked(self) -> dict[str, str]:
        # The environment and services may hold any bytes.
        defaults = {
            each.keyword.decode(): (each.val or b"").decode(errors="replace") for each in Conninfo.get_defaults()
        }
        return {**defaults, **self.parameters}

    @property
    def names_an_ip(self) -> bool:
        """Whether `hostaddr` or PGHOSTADDR says where to go, whatever the host is called."""
        return bool(self._asked().get("hostaddr"))

    def hides(self, text: str) -> bool:
        """Whether a secret of this address occurs in the text, so that it must not be shown."""
        names = (*SECRETS, "port") if self.port_may_be_password else SECRETS
        asked = self._asked()
        secrets = (*(asked.get(name, "") for name in names), asked.get("user", "").partition(":")[2])
        return any(secret and secret in text for secret in secrets)


def masked(user: str, host: str, port: str | None, database: str, *, with_password: bool) -> str:
    """A URL without its password, nor what follows `:` in a user's name, which was meant to be one.

    A socket's folder stands in the query, as libpq writes it. A database called as the user is shown as the user is.

    Several hosts and ports stand in lists with commas; without a port where that is None.
    """
    name, colon, _ = user.partition(":")
    database = name if database == user else database
    account = _shown(name) + (":***" if with_password or colon else "")
    at = f"{account}@" if account else ""
    hosts = host.split(",")
    if len(hosts) == 1 and host.startswith(("/", "@")):
        return f"postgresql://{at}/{_shown(database)}?host={host}"
    ports = (port or "").split(",")
    if len(ports) != len(hosts):
        ports = ports[:1] * len(hosts)  # one port is that of all hosts
    places = (
        _shown_host(each) + ("" if port is None else f":{number or '5432'}")
        for each, number in zip(hosts, ports, strict=True)
    )
    return f"postgresql://{at}{','.join(places)}/{_shown(database)}"


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else _shown(host) or "localhost"


def _shown(text: str) -> str:
    return "".join(each if each.isprintable() and each not in " @:/?#%[]" else quote(each, safe="") for each in text)


def parse_address(rest: str) -> Address:
    """What follows `postgresql://`, as libpq and ORMs write it.

    Raises InvalidCall, which quotes nothing of the URL.
    """
    if not _is_text(rest):
        raise InvalidCall("the database URL holds bytes that are not UTF-8", _ENCODE)
    body, _, fragment = rest.partition("#")
    before, _, query = body.partition("?")
    authority, _, database = before.partition("/")
    account, _, hosts = authority.rpartition("@")
    may_be_password = "@" not in authority and ":" in re.sub(r"\[.*?\]", "", authority)
    if fragment or "#" in rest or "://" in before or "@" in database + query or (may_be_password and "%40" in database):
        raise InvalidCall("the database URL cannot be parsed", _ENCODE)
    if re.search(r"[&=\s]", database):
        raise InvalidCall(
            "the database name in the database URL cannot be parsed",
            "parameters begin with `?`; in a name write `&` as %26, `=` as %3D, a space as %20",
        )
    user, colon, password = account.partition(":")
    parameters = _host_parameters(hosts)
    parameters["user"] = _decode(user)
    parameters["dbname"] = _decode(database)
    if colon:
        parameters["password"] = _decode(password)
    schema, notes = _apply_query(query, parameters, doubtful=may_be_password and "/" not in before)
    _check_places(parameters)
    given = {name: value for name, value in parameters.items() if value}
    return Address(given, schema, notes, may_be_password)


def _host_parameters(hosts: str) -> dict[str, str]:
    """Host and port, or several of each (`a:1,b:2`)."""
    names: list[str] = []
    ports: list[str] = []
    for each in hosts.split(","):
        match = re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:\s]*)(?::(\d*))?", each)
        if match is None:
            raise _wrong_place()
        names.append(_decode(match[1].strip("[]")))
        ports.append(match[2] or "")
    return {"host": ",".join(names).strip(","), "port": ",".join(ports) if any(ports) else ""}


def _check_places(parameters: Mapping[str, str]) -> None:
    """Raises InvalidCall where a host or port holds what can only be another part of a URL, decoded too late."""
    hosts = parameters.get("host", "").split(",")
    if not all(map(_is_host, hosts)) or re.search(r"[^\d,]", parameters.get("port", "")):
        raise _wrong_place()


def _is_host(text: str) -> bool:
    """Whether it is a socket's folder or abstract name, an IPv6 address, or anything that may be a name."""
    if text.startswith(("/", "@")) or not re.search(r"[@:/]", text):
        return True
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _wrong_place() -> InvalidCall:
    return InvalidCall(
        "the host or port in the database URL cannot be parsed", f"it ends in `host:port/database`; {_ENCODE}"
    )


def _apply_query(query: str, parameters: dict[str, str], *, doubtful: bool) -> tuple[str | None, tuple[str, ...]]:
    """Put what libpq knows into the parameters; the schema, and a note for each name that was ignored.

    No name is noted that may be the rest of a password: where the query is `doubtful`, or after one.
    """
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    schema: str | None = None
    notes: list[str] = []
    for pair in filter(None, query.split("&")):
        raw_name, equals, raw_value = pair.partition("=")
        name, value = _decode(raw_name), _decode(raw_value)
        if not equals or not re.fullmatch(r"[A-Za-z_.\-]{1,40}", name):
            raise InvalidCall("the parameters of the database URL cannot be parsed", _ENCODE)
        if name == "schema":
            schema = value[1:-1].replace('""', '"') if re.fullmatch(r'".+"', value) else value or None
        elif name == "ssl" and value == "true":
            parameters["sslmode"] = "require"
        elif name in known:
            parameters[name] = value
        else:
            shown = "what follows a password" if doubtful else f"`{name}`"
            notes.append(f"{shown} in the database URL is not a parameter of PostgreSQL's driver and is ignored")
        doubtful = doubtful or name in SECRETS
    return schema, tuple(notes)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes that are no text, as lone surrogates
        return False
    return True


def _decode(text: str) -> str:
    if _BROKEN_PERCENT.search(text):
        raise InvalidCall("a `%` in the database URL does not begin an encoded character", _ENCODE)
    decoded = unquote(text, errors="surrogateescape")
    if not _is_text(decoded):
        raise InvalidCall("the database URL encodes bytes that are not UTF-8", _ENCODE)
    return decoded

"""Whether a server is on this machine, by what the driver resolved."""

from ipaddress import IPv6Address, ip_address


def name_elsewhere(host: str, hostaddr: str, database: str) -> str | None:
    """`HOST/DATABASE` of a server that is not on this machine, None of one that is.

    `hostaddr` is the address that the driver connected to; it is empty for a Unix socket, whose folder or abstract
    name is `host`. A name without any address is taken to be elsewhere.
    """
    if _is_loopback(hostaddr or host) or (not hostaddr and (not host or host.startswith(("/", "@")))):
        return None
    return f"{host or hostaddr}/{database}"


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback

"""How name servers are written in settings."""

from ipaddress import ip_address


def address_port(server: str) -> tuple[str, int]:
    """Of `address`, `address:port` or `[address]:port`. Raises ValueError for anything else."""
    address, port = server, "53"
    if server.startswith("["):
        address, closed, rest = server[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"{server!r} is no address of a name server")
        port = rest[1:] if rest else port
    elif server.count(":") == 1:
        address, _, port = server.partition(":")
    if not 0 < int(port) < 65536:
        raise ValueError(f"{server!r} has no port")
    return str(ip_address(address)), int(port)

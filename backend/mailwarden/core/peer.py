"""Who is at the other end: the connection's address, or what proxies of ours say of theirs."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request

NOBODY = ip_address("0.0.0.0")  # noqa: S104 - a value, nothing listens there
Address = IPv4Address | IPv6Address


def client_address(request: Request, trusted: Sequence[str]) -> Address:
    """``X-Forwarded-For`` is read from its end, and only as far as every hop lies in ``trusted`` (CIDR ranges).

    Whatever a client wrote into it itself stands before that, and counts for nothing.
    """
    here = _parsed(request.client.host if request.client else "")
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while said and _in(here, trusted):
        text = said.pop().strip()
        if not text:
            continue
        there = _parsed(text)
        if there == NOBODY:
            break
        here = there
    return here


def _parsed(text: str) -> Address:
    try:
        found = ip_address(text)
    except ValueError:
        return NOBODY
    return getattr(found, "ipv4_mapped", None) or found


def _in(address: Address, ranges: Sequence[str]) -> bool:
    return any(address in ip_network(one, strict=False) for one in ranges)


def network(address: Address) -> str:
    """What one party usually holds as a whole: /24 of IPv4, /48 of IPv6."""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))

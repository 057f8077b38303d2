"""Which links of a mail may be followed over us, and the addresses that stand for them. Pure."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit, urlunsplit

import idna

LONGEST = 2000  # characters; what browsers and proxies everywhere take
SAFE = "%:/?#[]@!$&'()*+,;=-._~"
FORBIDDEN = frozenset(map(chr, range(0x21))) | frozenset('\\"<>\x7f')


def destination(href: str) -> str | None:
    """Where the link leads, in ASCII, fit for a Location header; None: leave this link as it is.

    A browser reads past blanks around an address, so they are no part of it. What different programs read
    differently (backslashes, controls, a missing host) is not ours to lead anybody to.
    """
    address = href.strip(" \t\r\n\f")
    if len(address) > LONGEST or not address.isprintable() or FORBIDDEN & set(address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not address[len(parts.scheme) :].startswith("://"):
        return None
    place = _place(host, parts.netloc) if host else None
    if place is None:
        return None
    whole = urlunsplit((parts.scheme, place, *(quote(part, safe=SAFE) for part in parts[2:])))
    return whole if len(whole) <= LONGEST else None


def _place(host: str, netloc: str) -> str | None:
    """A name before the host (``known.example@other.example``) misleads whoever reads it."""
    if "@" in netloc or "%" in host:
        return None
    if netloc.isascii():
        return netloc.lower()
    try:
        name = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None
    _, found, port = netloc.rpartition(":")
    return f"{name}:{port}" if found else name


def is_ours(base: str, address: str) -> bool:
    """Tracked already, or a page of ours about a mail: to lead there by a detour would count nothing."""
    return address.startswith(f"{base}/t/")


def trackable(base: str, hrefs: Iterable[str]) -> list[str]:
    """The destinations, each once, in the order in which they first stand in the mail."""
    found = (destination(href) for href in hrefs)
    return list(dict.fromkeys(one for one in found if one is not None and not is_ours(base, one)))


def pixel_url(base: str, token: str) -> str:
    return f"{base}/t/o/{token}.gif"


def click_url(base: str, token: str) -> str:
    return f"{base}/t/c/{token}"


def unsubscribe_url(base: str, token: str) -> str:
    return f"{base}/t/u/{token}"

"""What is asked of which list (RFC 5782 2.1, 2.4, 3), and what is never asked."""

import random
import string
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from publicsuffixlist import PublicSuffixList

from mailwarden.deliverability.blocklists.registry import Blocklist, Face, Kind
from mailwarden.deliverability.dns.addresses import public_address
from mailwarden.deliverability.dns.answers import ascii_name

LETTERS = 20


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def asset_of(kind: Kind, text: str) -> str:
    """As it is kept and shown. Raises ValueError."""
    return str(public_address(text)) if kind is Kind.IP else _domain(text)


def _domain(text: str) -> str:
    """Domain lists answer an address with an error, so none may get there."""
    name = ascii_name(text.strip())
    try:
        ip_address(name)
    except ValueError:
        return name
    raise ValueError(f"{name} is an address")


def face_of(kind: Kind, asset: str) -> Face:
    if kind is Kind.DOMAIN:
        return Face.NAME
    return Face.IPV4 if isinstance(public_address(asset), IPv4Address) else Face.IPV6


def reversed_address(found: IPv4Address | IPv6Address) -> str:
    """Bytes or nibbles, the last one first; without ``in-addr.arpa``."""
    return found.reverse_pointer.rsplit(".", 2)[0]


def registered(name: str) -> str:
    """The name one can register, under the public suffix. The name itself where there is none."""
    return _suffixes().privatesuffix(name) or name


def prefixes(blocklist: Blocklist, asset: str) -> tuple[str, ...]:
    """What stands before the zone, in one question each."""
    if blocklist.kind is Kind.IP:
        return (reversed_address(public_address(asset)),)
    name = _domain(asset)
    if blocklist.ask == "host":
        return (name,)
    return tuple(dict.fromkeys((registered(name), name)))


def canaries(blocklist: Blocklist, face: Face) -> tuple[str, str]:
    """What must be listed, and what must not be (RFC 5782 5)."""
    if face is Face.IPV6:
        pair = (IPv6Address("::ffff:7f00:2"), IPv6Address("::ffff:7f00:1"))
        return reversed_address(pair[0]), reversed_address(pair[1])
    usual = ("2.0.0.127", "1.0.0.127") if face is Face.IPV4 else ("test", "invalid")
    own = blocklist.canaries
    return own.listed or usual[0], own.unlisted or usual[1]


def made_up(rng: random.Random) -> str:
    """A label that nobody can have listed.

    It finds what 127.0.0.1 cannot: beside an entry for 127.0.0.2 a wildcard of the zone does not cover 127.0.0.1,
    since RFC 4592 takes the closest name that exists.
    """
    return "".join(rng.choices(string.ascii_lowercase, k=LETTERS))

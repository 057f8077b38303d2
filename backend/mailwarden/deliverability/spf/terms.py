"""Mechanisms and modifiers (RFC 7208, sections 5, 6 and 12)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from mailwarden.deliverability.spf.grammar import BadSyntax, Spec, domain_spec, macro_string

ASKING = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})  # the terms that 4.6.4 counts
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_MECHANISM = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9_.-]*)(.*)", re.DOTALL)
_DUAL = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?\Z")
_LENGTH = re.compile(r"(0|[1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Problem:
    """``position``: where in the record, from 0; ``term``: the whole of it."""

    position: int
    term: str
    why: str


@dataclass(frozen=True, slots=True)
class Mechanism:
    position: int
    source: str
    name: str
    qualifier: str = "+"
    target: Spec | None = None  # none: the domain itself
    network: IPv4Network | IPv6Network | None = None
    prefix4: int = 32
    prefix6: int = 128

    @property
    def asks(self) -> bool:
        return self.name in ASKING


@dataclass(frozen=True, slots=True)
class Modifier:
    position: int
    source: str
    name: str  # in lower case
    value: Spec

    @property
    def asks(self) -> bool:
        return self.name in ASKING


def read_term(source: str, position: int) -> Mechanism | Modifier | Problem:
    modifier = _MODIFIER.fullmatch(source)
    try:
        if modifier:
            return _modifier(source, position, modifier.group(1).lower(), modifier.group(2))
        return _mechanism(source, position)
    except BadSyntax as exc:
        return Problem(position + exc.at, source, exc.why)


def _modifier(source: str, position: int, name: str, value: str) -> Modifier:
    read = domain_spec if name in ("redirect", "exp") else macro_string
    try:
        return Modifier(position, source, name, read(value))
    except BadSyntax as exc:
        raise BadSyntax(len(name) + 1 + exc.at, exc.why) from exc


def _mechanism(source: str, position: int) -> Mechanism:
    found = _MECHANISM.fullmatch(source)
    name = found.group(2).lower() if found else ""
    reader = READERS.get(name)
    if found is None or reader is None or (found.group(3) and found.group(3)[0] not in ":/"):
        raise BadSyntax(0, f"there is no mechanism {(found.group(2) if found else source)!r}")
    try:
        return reader(Mechanism(position, source, name, found.group(1) or "+"), found.group(3))
    except BadSyntax as exc:
        raise BadSyntax(found.start(3) + exc.at, exc.why) from exc


def _all(bare: Mechanism, rest: str) -> Mechanism:
    if rest:
        raise BadSyntax(0, "nothing may follow all")
    return bare


def _named(bare: Mechanism, rest: str) -> Mechanism:
    """include, exists: the name is a must, and a length of a network is part of it."""
    if not rest.startswith(":"):
        raise BadSyntax(0, f"{bare.name} needs a colon and the name of a domain")
    return replace(bare, target=_target(rest[1:]))


def _ptr(bare: Mechanism, rest: str) -> Mechanism:
    if rest.startswith("/"):
        raise BadSyntax(0, "ptr has no length of a network")
    return replace(bare, target=_target(rest[1:])) if rest else bare


def _addresses(bare: Mechanism, rest: str) -> Mechanism:
    """a, mx: `[:domain][/4][//6]`. The domain may hold slashes, so the lengths are what stands at the very end."""
    lengths = _DUAL.search(rest)
    four, six = lengths.groups() if lengths else (None, None)
    named = rest[: lengths.start()] if lengths else rest
    if int(four or 0) > 32 or int(six or 0) > 128:
        raise BadSyntax(len(named), "the length of the network is more than /32 or //128")
    if named and not named.startswith(":"):
        raise BadSyntax(0, "the length of the network cannot be read")
    target = _target(named[1:]) if named else None
    return replace(bare, target=target, prefix4=int(four or 32), prefix6=int(six or 128))


def _ip4(bare: Mechanism, rest: str) -> Mechanism:
    address, length = _network(bare, rest, 32)
    try:
        return replace(bare, network=IPv4Network((IPv4Address(address), length), strict=False))
    except AddressValueError:
        raise BadSyntax(1, f"{address!r} is not an IPv4 address") from None


def _ip6(bare: Mechanism, rest: str) -> Mechanism:
    address, length = _network(bare, rest, 128)
    try:
        if "%" in address:
            raise AddressValueError
        return replace(bare, network=IPv6Network((IPv6Address(address), length), strict=False))
    except AddressValueError:
        raise BadSyntax(1, f"{address!r} is not an IPv6 address") from None


def _network(bare: Mechanism, rest: str, longest: int) -> tuple[str, int]:
    if not rest.startswith(":") or len(rest) == 1:
        raise BadSyntax(0, f"{bare.name} needs a colon and an address")
    address, slash, length = rest[1:].partition("/")
    if slash and (not _LENGTH.fullmatch(length) or int(length) > longest):
        raise BadSyntax(len(address) + 1, f"{'/' + length!r} is not the length of a network, at most /{longest}")
    return address, int(length) if slash else longest


def _target(source: str) -> Spec:
    try:
        return domain_spec(source)
    except BadSyntax as exc:
        raise BadSyntax(exc.at + 1, exc.why) from exc


READERS: dict[str, Callable[[Mechanism, str], Mechanism]] = {
    "all": _all,
    "include": _named,
    "exists": _named,
    "a": _addresses,
    "mx": _addresses,
    "ptr": _ptr,
    "ip4": _ip4,
    "ip6": _ip6,
}

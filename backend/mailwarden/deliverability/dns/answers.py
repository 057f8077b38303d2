"""What the DNS said to one question; trouble on the way is an answer, too, and never the answer "there is none"."""

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Protocol

LABELS = re.compile(r"[^.]{1,63}(?:\.[^.]{1,63})*")


class State(StrEnum):
    FOUND = "found"
    NODATA = "nodata"  # the name exists, without records of this type
    NXDOMAIN = "nxdomain"  # the name does not exist
    UNKNOWN = "unknown"  # see the reason


class Reason(StrEnum):
    """Why nobody can tell."""

    TIMEOUT = "timeout"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    NOT_IMPLEMENTED = "not_implemented"
    MALFORMED = "malformed"  # a reply that cannot be read, or a question the server could not read
    TRUNCATED = "truncated"
    UNREACHABLE = "unreachable"
    BAD_NAME = "bad_name"  # cannot be asked: an empty label, one over 63 or a name over 253 characters
    CONTRADICTORY = "contradictory"  # answers to other questions say otherwise
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Text:
    """One TXT record: its character-strings joined with nothing between (RFC 7208 3.3)."""

    raw: bytes

    @property
    def is_ascii(self) -> bool:
        return self.raw.isascii()

    @property
    def text(self) -> str:
        r"""Bytes outside ASCII stand as ``\xNN``: check ``is_ascii`` before parsing."""
        return self.raw.decode("ascii", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One MX record; the host of a null MX (RFC 7505) is empty."""

    preference: int
    host: str


Value = Text | Exchange | str


@dataclass(frozen=True, slots=True)
class Answer:
    """Values: Text for TXT, Exchange for MX, for all else strings: addresses, names without the last dot.

    ``aliases``: the CNAMEs that were followed, in order, without the name asked for. ``raw``: for people to see.
    """

    name: str
    type: str
    state: State
    values: tuple[Value, ...] = ()
    ttl: int | None = None  # seconds, the shortest of the records
    reason: Reason | None = None
    aliases: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return self.state is State.FOUND

    @property
    def absent(self) -> bool:
        """Said to be absent, as opposed to not heard of."""
        return self.state in (State.NODATA, State.NXDOMAIN)

    @property
    def unknown(self) -> bool:
        return self.state is State.UNKNOWN

    @property
    def texts(self) -> tuple[Text, ...]:
        return tuple(one for one in self.values if isinstance(one, Text))

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(one for one in self.values if isinstance(one, Exchange))

    @property
    def strings(self) -> tuple[str, ...]:
        return tuple(one for one in self.values if isinstance(one, str))


class Resolver(Protocol):
    async def ask(self, name: str, type: str) -> Answer:
        """``type``: A, AAAA, MX, TXT, PTR, CNAME, NS, SOA, CAA, TLSA. Never raises for trouble of the DNS."""
        ...


class Resolvers(Protocol):
    """What the Runtime carries: asks, and can ask anew for who has just changed a record and presses *Verify*."""

    async def ask(self, name: str, type: str) -> Answer: ...

    def fresh(self) -> AbstractAsyncContextManager[Resolver]:
        """A resolver that remembers nothing."""
        ...


def unknown(name: str, type: str, reason: Reason) -> Answer:
    return Answer(name, type, State.UNKNOWN, reason=reason)


def ascii_name(name: str) -> str:
    """Lower case, without the last dot. Raises ValueError for what cannot be asked (RFC 1035 3.1)."""
    plain = name.lower().removesuffix(".")
    if not plain or len(plain) > 253 or not plain.isascii():
        raise ValueError(name)
    if not LABELS.fullmatch(plain):
        raise ValueError(name)
    return plain


def reverse_name(address: str) -> str:
    """Under which PTR is asked; without its last two labels, what blocklists are asked with. Raises ValueError."""
    return ip_address(address).reverse_pointer

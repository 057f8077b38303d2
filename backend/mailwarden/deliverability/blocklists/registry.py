"""Blocklists as data: ``lists.yaml`` and ``retired.yaml``. A file that does not fit stops the start."""

import datetime
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

HERE = Path(__file__).parent
STATEMENTS = IPv4Network("127.0.0.0/8")  # RFC 5782 2.1: only in here does an answer say something
ERRORS = IPv4Network("127.255.255.0/24")  # announced by Spamhaus as errors, and kept to by others: never a listing
KEY = "{key}"
ASSET = "{asset}"


class Tier(StrEnum):
    """What a listing weighs (A decisive, B strong, C weak, D informational); INFO is none."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    INFO = "info"


class Kind(StrEnum):
    IP = "ip"
    DOMAIN = "domain"


class Face(StrEnum):
    """A list answers for each kind of question apart, and is believed for each apart."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NAME = "name"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cause(Strict):
    title: str
    fix: str


class ErrorCode(Strict):
    """A whole answer, or one bit of its last octet where the list answers by bits."""

    code: IPv4Address | None = None
    bit: int | None = Field(None, ge=1, le=128)
    meaning: str

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.code is None) == (self.bit is None):
            raise ValueError("a code or a bit")
        if self.bit is not None and self.bit & (self.bit - 1):
            raise ValueError("one bit only")
        if self.code is not None and self.code not in STATEMENTS:
            raise ValueError(f"{self.code} lies outside {STATEMENTS}")
        return self

    @property
    def mark(self) -> str:
        return f"bit {self.bit}" if self.bit is not None else str(self.code)


class Code(ErrorCode):
    tier: Tier
    cause: str | None = None

    @model_validator(mode="after")
    def no_error(self) -> Self:
        if self.code is not None and self.code in ERRORS:
            raise ValueError(f"{self.code} is an error everywhere")
        if (self.cause is None) != (self.tier is Tier.INFO):
            raise ValueError("a listing has a cause, and nothing else has")
        return self


class Limits(Strict):
    """Questions of the whole installation; far below what each list allows."""

    a_second: int = Field(5, ge=1, le=10)
    a_day: int = Field(100_000, ge=1440, le=300_000)


class Canaries(Strict):
    """Test entries (RFC 5782 5), as they stand before the zone; None: those of the RFC."""

    listed: str | None = None
    unlisted: str | None = None


class Removal(Strict):
    """``expires``: nothing to ask for. ``after_hours``: when it ends by itself. ``provider``: only they can ask."""

    how: Literal["form", "expires", "provider"]
    url: str | None = None
    after_hours: int | None = Field(None, ge=1)
    takes: str
    advice: str

    @model_validator(mode="after")
    def reachable(self) -> Self:
        if (self.how == "form") != (self.url is not None):
            raise ValueError("a form has an address, and nothing else has")
        return self


class Blocklist(Strict):
    """``access``: ``terms`` and ``registration`` must be accepted or done by the operator, ``key`` needs one."""

    key: str = Field(pattern="^[a-z][a-z0-9_]{1,30}$")
    name: str
    operator: str = Field(pattern="^[a-z][a-z0-9_]{1,30}$")
    kind: Kind
    zone: str = Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
    keyed_zone: str | None = None
    ipv6: bool = False
    ask: Literal["host", "registered_and_host"] | None = None
    access: Literal["open", "terms", "registration", "key"]
    terms: str
    limits: Limits = Limits()
    canaries: Canaries = Canaries()
    lookup_url: str
    removal: Removal
    codes: tuple[Code, ...] = Field(min_length=1)
    errors: tuple[ErrorCode, ...] = ()

    @model_validator(mode="after")
    def consistent(self) -> Self:
        if (self.kind is Kind.DOMAIN) != (self.ask is not None) or (self.ipv6 and self.kind is Kind.DOMAIN):
            raise ValueError(f"{self.key}: domain lists say what to ask, address lists whether IPv6")
        if (self.keyed_zone is not None and KEY not in self.keyed_zone) or (
            self.access == "key" and self.keyed_zone is None
        ):
            raise ValueError(f"{self.key}: the zone for a key has no place for it")
        marks = [one.mark for one in (*self.codes, *self.errors)]
        if len(set(marks)) != len(marks) or len({one.bit is None for one in self.codes}) != 1:
            raise ValueError(f"{self.key}: codes differ, and all are bits or none is")
        for url in filter(None, (self.lookup_url, self.removal.url)):
            HttpUrl(url.replace(ASSET, "192.0.2.1"))
        return self

    @property
    def by_bits(self) -> bool:
        return self.codes[0].bit is not None

    @property
    def faces(self) -> tuple[Face, ...]:
        if self.kind is Kind.DOMAIN:
            return (Face.NAME,)
        return (Face.IPV4, Face.IPV6) if self.ipv6 else (Face.IPV4,)

    @property
    def tier(self) -> Tier:
        """Of its gravest code."""
        return min((one.tier for one in self.codes if one.tier is not Tier.INFO), default=Tier.INFO)


class Retired(Strict):
    """``ended`` None: nobody wrote the day down."""

    name: str
    zones: tuple[str, ...] = Field(min_length=1)
    ended: datetime.date | None
    reason: str

    def holds(self, zone: str) -> bool:
        return any(zone == one or zone.endswith(f".{one}") for one in self.zones)


class Registry(Strict):
    """``operators``: what those who run the lists are called."""

    causes: dict[str, Cause]
    operators: dict[str, str]
    lists: tuple[Blocklist, ...]
    retired: tuple[Retired, ...]

    @model_validator(mode="after")
    def consistent(self) -> Self:
        keys = [one.key for one in self.lists]
        if len(set(keys)) != len(keys):
            raise ValueError("two lists have the same key")
        for one in self.lists:
            if (gone := self.retired_of(one.zone)) is not None:
                raise ValueError(f"{one.key}: {gone.name} is retired")
            unknown = {code.cause for code in one.codes if code.cause} - set(self.causes)
            if one.operator not in self.operators:
                raise ValueError(f"{one.key}: its operator has no name")
            if unknown:
                raise ValueError(f"{one.key}: nobody explains {', '.join(sorted(unknown))}")
        return self

    def find(self, key: str) -> Blocklist | None:
        return next((one for one in self.lists if one.key == key), None)

    def of_kind(self, kind: Kind) -> Iterator[Blocklist]:
        return (one for one in self.lists if one.kind is kind)

    def retired_of(self, zone: str) -> Retired | None:
        return next((one for one in self.retired if one.holds(zone)), None)


def read(files: Iterable[str]) -> Registry:
    """Of the texts of both files. Raises ValidationError."""
    data: dict[str, object] = {}
    for text in files:
        data |= yaml.safe_load(text)
    return Registry.model_validate(data)


@cache
def registry() -> Registry:
    return read((HERE / name).read_text("utf-8") for name in ("lists.yaml", "retired.yaml"))

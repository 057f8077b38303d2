"""A DNS in memory, for tests and the demo: zones as a mapping, and every kind of trouble a name can be in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Self

from mailwarden.deliverability.dns.answers import Answer, Exchange, Reason, State, Text, Value, ascii_name, unknown

Written = str | bytes | tuple[int, str]  # bytes for a TXT that is no ASCII, a pair for MX
Records = Mapping[str, Sequence[Written] | Reason]  # by type; `CNAME` as ["target"]
Zones = Mapping[str, Records | Reason]

LONGEST_CHAIN = 10


class MemoryResolver:
    """A name that is not in the zones does not exist; one above a name that is there exists without records.

    ``{"d.example": {"TXT": ["v=spf1 -all"], "MX": [(10, "mx.d.example")]}, "*.w.example": {"A": ["192.0.2.1"]},
    "slow.example": Reason.TIMEOUT, "half.example": {"A": ["192.0.2.1"], "TXT": Reason.SERVFAIL}}``
    """

    def __init__(self, zones: Zones | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._zones: dict[str, Records | Reason] = {}
        self._parents: set[str] = set()
        self.put(zones or {})

    def put(self, zones: Zones) -> None:
        """Adds names, and replaces those that are there with all their records."""
        for name, records in zones.items():
            plain = name.lower().removesuffix(".")
            self._zones[plain] = records
            self._parents.update(_above(plain))

    def remove(self, name: str) -> None:
        del self._zones[name.lower().removesuffix(".")]
        self._parents = {parent for one in self._zones for parent in _above(one)}

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Self]:
        yield self

    async def ask(self, name: str, type: str) -> Answer:
        self.asked.append((name, type))
        try:
            current = ascii_name(name)
        except ValueError:
            return unknown(name, type, Reason.BAD_NAME)
        return self._look(name, current, type)

    def _look(self, name: str, current: str, type: str) -> Answer:
        aliases: list[str] = []
        while len(aliases) <= LONGEST_CHAIN:
            records = self._records(current)
            if records is None:
                return Answer(name, type, State.NXDOMAIN, aliases=tuple(aliases))
            if isinstance(records, Reason):
                return unknown(name, type, records)
            target = records.get("CNAME")
            if type == "CNAME" or not target:
                return _answer(name, type, records.get(type, ()), tuple(aliases))
            if isinstance(target, Reason):
                return unknown(name, type, target)
            current = str(target[0]).lower().removesuffix(".")
            aliases.append(current)
        return unknown(name, type, Reason.SERVFAIL)

    def _records(self, name: str) -> Records | Reason | None:
        found = self._zones.get(name)
        if found is not None:
            return found
        if name in self._parents:
            return {}
        for parent in _above(name):  # the closest name that exists decides which wildcard counts (RFC 4592)
            if parent in self._zones or parent in self._parents:
                return self._zones.get(f"*.{parent}")
        return None


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[at:]) for at in range(1, len(parts))]


def _answer(name: str, type: str, written: Sequence[Written] | Reason, aliases: tuple[str, ...]) -> Answer:
    if isinstance(written, Reason):
        return unknown(name, type, written)
    values = tuple(_value(type, one) for one in written)
    state = State.FOUND if values else State.NODATA
    return Answer(name, type, state, values, 300 if values else None, None, aliases, tuple(_shown(v) for v in values))


def _value(type: str, one: Written) -> Value:
    if isinstance(one, tuple):
        return Exchange(one[0], one[1].removesuffix("."))
    if type == "TXT":
        return Text(one if isinstance(one, bytes) else one.encode())
    return (one.decode() if isinstance(one, bytes) else one).removesuffix(".")


def _shown(value: Value) -> str:
    if isinstance(value, Exchange):
        return f"{value.preference} {value.host}."
    return f'"{value.text}"' if isinstance(value, Text) else value

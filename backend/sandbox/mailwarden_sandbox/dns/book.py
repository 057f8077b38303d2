"""Every name of the sandbox's DNS: what was entered, the accounts' domains, and the test entries of blocklists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailwarden_sandbox.dns.answering import Records, Zones, quoted
from mailwarden_sandbox.dns.homes import address_of, home_zone

_CANARIES = ("2.0.0.127.", "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.", "test.", "dbltest.com.")
"""RFC 5782 §5: every list of addresses or names holds these, so that whoever asks can tell that it is alive."""
_OWN_WORDS = {"multi.surbl.org": "127.0.0.254", "rep.mailspike.net": "127.0.0.10"}
"""What a list answers for its test entry where that is not the usual 127.0.0.2."""


class Trouble(StrEnum):
    SILENCE = "silence"
    SERVFAIL = "servfail"
    REFUSED = "refused"


@dataclass
class DnsBook:
    """A part of the world: gone with a reset."""

    entered: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    """By the name at and beneath which nobody gets an honest answer."""

    def enter(self, name: str, kind: str, values: list[str]) -> None:
        """No values: the record is taken away, also one that the name has of itself."""
        texts = [quoted(value) for value in values] if kind == "TXT" else values
        self.entered.setdefault(name.lower().removesuffix("."), {})[kind] = texts

    def trouble(self, name: str) -> Trouble | None:
        parts = name.lower().removesuffix(".").split(".")
        beneath = (".".join(parts[at:]) for at in range(len(parts)))
        return next((self.troubles[one] for one in beneath if one in self.troubles), None)

    def zones(self, domains: list[str]) -> Zones:
        """``domains``: of the accounts, in the order in which they came to be."""
        homes: dict[str, dict[str, list[str]]] = {}
        for number, domain in enumerate(dict.fromkeys(domains), 1):
            homes |= home_zone(domain, address_of(number))
        return _Known(homes, self.entered)


def _test_entry(name: str) -> Records | None:
    if not name.startswith(_CANARIES):
        return None
    said = next((code for zone, code in _OWN_WORDS.items() if name.endswith(zone)), "127.0.0.2")
    return {"A": [said], "TXT": [quoted("A test entry")]}


class _Known(Mapping[str, Records]):
    """What was entered goes before what is there of itself, type by type."""

    def __init__(self, homes: Zones, entered: Zones) -> None:
        self._homes, self._entered = homes, entered

    def __getitem__(self, name: str) -> Records:
        own = self._homes.get(name) or _test_entry(name)
        if own is None and name not in self._entered:
            raise KeyError(name)
        both = {**(own or {}), **self._entered.get(name, {})}
        there = {kind: values for kind, values in both.items() if values}
        if not there:
            raise KeyError(name)
        return there

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self._homes, **self._entered} if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

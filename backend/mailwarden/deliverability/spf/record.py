"""One record, read whole: its terms with the place where each stands, and everything that is wrong (RFC 7208 4.6)."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network

from mailwarden.deliverability.spf.grammar import Spec
from mailwarden.deliverability.spf.terms import Mechanism, Modifier, Problem, read_term

VERSION = b"v=spf1"
_TERM = re.compile(r"[^ ]+")
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Record:
    text: str
    mechanisms: tuple[Mechanism, ...]
    modifiers: tuple[Modifier, ...]
    problems: tuple[Problem, ...]

    def modifier(self, name: str) -> Modifier | None:
        return next((one for one in self.modifiers if one.name == name), None)

    @cached_property
    def all_at(self) -> int | None:
        """Which mechanism is the first `all`; none behind it is ever looked at."""
        return next((at for at, one in enumerate(self.mechanisms) if one.name == "all"), None)

    @cached_property
    def redirect(self) -> Modifier | None:
        """That counts: beside an `all` it does not (6.1)."""
        return self.modifier("redirect") if self.all_at is None else None

    @cached_property
    def exp(self) -> Spec | None:
        found = self.modifier("exp")
        return found.value if found else None

    @cached_property
    def live(self) -> tuple[Mechanism, ...]:
        """Mechanisms that can ever be looked at."""
        return self.mechanisms if self.all_at is None else self.mechanisms[: self.all_at + 1]


def is_policy(raw: bytes) -> bool:
    """4.5: the version, in any case, and then a space or the end."""
    return raw[:6].lower() == VERSION and raw[6:7] in (b"", b" ")


@lru_cache(4096)
def read_record(text: str) -> Record:
    """Of a text that ``is_policy``, in ASCII. Never raises: what is wrong stands in ``problems``, in order."""
    mechanisms: list[Mechanism] = []
    modifiers: list[Modifier] = []
    problems: list[Problem] = []
    for found in _TERM.finditer(text, len(VERSION)):
        term = read_term(found.group(), found.start())
        if isinstance(term, Problem):
            problems.append(term)
        elif isinstance(term, Mechanism):
            mechanisms.append(term)
        else:
            if term.name in ("redirect", "exp") and any(one.name == term.name for one in modifiers):
                problems.append(Problem(term.position, term.source, f"{term.name}= may stand only once"))
            modifiers.append(term)
    return Record(text, tuple(mechanisms), tuple(modifiers), tuple(problems))

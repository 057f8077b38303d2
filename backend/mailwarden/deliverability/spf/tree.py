"""The whole tree of includes under a record, without any client: what it costs, and what in it is dead."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver
from mailwarden.deliverability.spf.client import checkable
from mailwarden.deliverability.spf.grammar import Spec
from mailwarden.deliverability.spf.macros import expand_name
from mailwarden.deliverability.spf.record import Record, is_policy, read_record
from mailwarden.deliverability.spf.terms import Mechanism, Modifier

MOST_BRANCHES = 60  # of one tree; a record may include itself in ever new names
MOST_TARGETS = 60  # of one tree; further ones change nothing about an error that is certain
STATIC = frozenset("do")  # macros whose value is known without a client
Term = Mechanism | Modifier


class BranchState(StrEnum):
    READ = "read"
    NONE = "none"  # the name has no SPF record, or does not exist
    SEVERAL = "several"
    BROKEN = "broken"  # see the record's problems; none for characters outside ASCII
    LOOP = "loop"  # a record above it
    DYNAMIC = "dynamic"  # depends on the client
    UNKNOWN = "unknown"
    TOO_MANY = "too_many"  # not looked at any more


@dataclass(frozen=True)
class Target:
    """What a, mx or exists ask for. ``answers``: of A, then AAAA; of MX alone."""

    term: Mechanism
    name: str
    answers: tuple[Answer, ...]

    @property
    def is_dead(self) -> bool:
        return all(one.absent for one in self.answers)


@dataclass(frozen=True, eq=False)
class Branch:
    """``via``: the term that leads here, none at the root. ``texts``: the SPF records at the name, as they stand."""

    domain: str
    via: Term | None
    state: BranchState
    answer: Answer | None = None
    texts: tuple[str, ...] = ()
    record: Record | None = None
    children: tuple["Branch", ...] = ()
    targets: tuple[Target, ...] = ()

    @cached_property
    def own(self) -> int:
        """Terms of this record that need a lookup, in the worst case: those a client without a match meets."""
        if self.record is None:
            return 0
        return sum(one.asks for one in self.record.live) + (self.record.redirect is not None)

    @cached_property
    def cost(self) -> int:
        """Lookups of this record and all below, each include counted as often as it stands there."""
        return self.own + sum(one.cost for one in self.children)

    def walk(self) -> Iterator["Branch"]:
        yield self
        for one in self.children:
            yield from one.walk()


async def grow(resolver: Resolver, domain: str) -> Branch:
    """Asks everything that stands beside each other at once."""
    return await _Growing(resolver, domain).branch(domain, None, ())


class _Growing:
    def __init__(self, resolver: Resolver, domain: str) -> None:
        self._resolver = resolver
        self._origin = domain
        self._left = MOST_BRANCHES
        self._targets_left = MOST_TARGETS

    async def branch(self, domain: str, via: Term | None, above: tuple[str, ...]) -> Branch:
        name = checkable(domain)
        if name is None:
            return Branch(domain, via, BranchState.NONE)
        if name in above:
            return Branch(name, via, BranchState.LOOP)
        self._left -= 1
        if self._left < 0:
            return Branch(name, via, BranchState.TOO_MANY)
        answer = await self._resolver.ask(name, "TXT")
        texts = tuple(one.text for one in answer.texts if is_policy(one.raw))
        state, record = read(answer)
        if record is None or state is not BranchState.READ:
            return Branch(name, via, state, answer, texts, record)
        return await self._read(Branch(name, via, state, answer, texts, record), record, (*above, name))

    async def _read(self, bare: Branch, record: Record, above: tuple[str, ...]) -> Branch:
        terms: list[Term] = [one for one in record.live if one.name == "include"]
        if record.redirect is not None:
            terms.append(record.redirect)
        asking = [one for one in record.live if one.name in ("a", "mx", "exists")][: self._targets_left]
        self._targets_left -= len(asking)
        if not terms and not asking:
            return bare
        below = [self._follow(one, bare.domain, above) for one in terms]
        found = await asyncio.gather(*below, *(self._target(one, bare.domain) for one in asking))
        children = tuple(one for one in found if isinstance(one, Branch))
        return replace(bare, children=children, targets=tuple(one for one in found if isinstance(one, Target)))

    async def _follow(self, term: Term, domain: str, above: tuple[str, ...]) -> Branch:
        spec = term.target if isinstance(term, Mechanism) else term.value
        name = self._name(spec, domain)
        if name is None:
            return Branch(spec.source if spec else domain, term, BranchState.DYNAMIC)
        return await self.branch(name, term, above)

    def _name(self, spec: Spec | None, domain: str) -> str | None:
        """None where it depends on the client."""
        if spec is None:
            return domain
        if not spec.letters <= STATIC:
            return None
        return expand_name(spec, {"d": domain, "o": self._origin})

    async def _target(self, term: Mechanism, domain: str) -> Target | None:
        name = self._name(term.target, domain)
        if name is None:
            return None
        first = await self._resolver.ask(name, "MX" if term.name == "mx" else "A")
        if first.absent and term.name == "a":
            return Target(term, name, (first, await self._resolver.ask(name, "AAAA")))
        return Target(term, name, (first,))


def read(answer: Answer) -> tuple[BranchState, Record | None]:
    if answer.unknown and answer.reason is not Reason.BAD_NAME:
        return BranchState.UNKNOWN, None
    policies = [one for one in answer.texts if is_policy(one.raw)]
    if len(policies) != 1:
        return (BranchState.SEVERAL if policies else BranchState.NONE), None
    if not policies[0].is_ascii:
        return BranchState.BROKEN, None
    record = read_record(policies[0].text)
    return (BranchState.BROKEN if record.problems else BranchState.READ), record

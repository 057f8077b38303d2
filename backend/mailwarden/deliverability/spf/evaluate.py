"""check_host (RFC 7208, section 4), over any Resolver."""

import asyncio
from dataclasses import dataclass

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver
from mailwarden.deliverability.spf.client import Client, checkable
from mailwarden.deliverability.spf.explaining import explanation
from mailwarden.deliverability.spf.grammar import Spec
from mailwarden.deliverability.spf.macros import expand_name
from mailwarden.deliverability.spf.matching import Matching
from mailwarden.deliverability.spf.outcome import (
    OF_QUALIFIER,
    Evaluation,
    Limits,
    PermError,
    SpfResult,
    Step,
    TempError,
)
from mailwarden.deliverability.spf.record import Record, is_policy, read_record
from mailwarden.deliverability.spf.terms import Mechanism, Modifier


@dataclass(frozen=True, slots=True)
class _Found:
    result: SpfResult
    domain: str
    term: str | None = None
    exp: Spec | None = None


async def check_host(resolver: Resolver, client: Client, limits: Limits | None = None) -> Evaluation:
    """Never raises for anything that stands in the DNS. Raises ValueError for an ip that is none."""
    client.address  # noqa: B018 - raises
    run = _Run(resolver, client, limits or Limits())
    try:
        async with asyncio.timeout(run.limits.seconds):
            found = await run.evaluate(client.identity[1], 0)
    except TempError as exc:
        return run.ended(SpfResult.TEMPERROR, exc)
    except PermError as exc:
        return run.ended(SpfResult.PERMERROR, exc)
    except TimeoutError:
        slow = TempError(f"the DNS took longer than {run.limits.seconds:.0f} seconds", client.identity[1])
        return run.ended(SpfResult.TEMPERROR, slow)
    return run.evaluation(found, await run.explanation(found))


class _Run:
    def __init__(self, resolver: Resolver, client: Client, limits: Limits) -> None:
        self.resolver = resolver
        self.client = client
        self.limits = limits
        self.matching = Matching(resolver, client, limits)
        self.lookups = 0
        self.steps: list[Step] = []

    async def explanation(self, found: _Found) -> str | None:
        """Trouble with it changes nothing about the fail."""
        if found.result is not SpfResult.FAIL or found.exp is None:
            return None
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await explanation(
                    self.resolver, found.exp, lambda spec: self.matching.values(spec, found.domain)
                )
        except TimeoutError:
            return None

    async def evaluate(self, domain: str, depth: int) -> _Found:
        record = await self._policy(domain)
        if record is None:
            return _Found(SpfResult.NONE, domain)
        for one in record.mechanisms:
            if await self._matches(one, domain, depth):
                return _Found(OF_QUALIFIER[one.qualifier], domain, one.source, record.exp)
        if record.redirect is not None:
            return await self._redirect(record.redirect, domain, depth)
        return _Found(SpfResult.NEUTRAL, domain)

    async def _policy(self, domain: str) -> Record | None:
        """4.4 to 4.6; None: the domain has none."""
        name = checkable(domain)
        if name is None:
            return None
        answer = await self.resolver.ask(name, "TXT")
        if answer.unknown and answer.reason is not Reason.BAD_NAME:
            raise TempError(f"the DNS could not tell the record of {domain}: {answer.reason}", domain)
        return self._read(answer, domain)

    def _read(self, answer: Answer, domain: str) -> Record | None:
        policies = [one for one in answer.texts if is_policy(one.raw)]
        if len(policies) > 1:
            raise PermError(f"{domain} has {len(policies)} SPF records", domain)
        if not policies:
            return None
        if not policies[0].is_ascii:
            raise PermError(f"the record of {domain} has characters outside ASCII", domain)
        record = read_record(policies[0].text)
        if record.problems:
            first = record.problems[0]
            raise PermError(f"{first.why} (position {first.position + 1})", domain, first.term)
        return record

    async def _matches(self, one: Mechanism, domain: str, depth: int) -> bool:
        at = len(self.steps)
        self.steps.append(Step(domain, one.source, depth, None))
        if one.asks:
            self._count(domain, one.source)
        if one.name == "include":
            matched = await self._include(one, domain, depth)
        else:
            matched = await self.matching.matches(one, domain)
        self.steps[at] = Step(domain, one.source, depth, matched)
        return matched

    def _count(self, domain: str, term: str) -> None:
        self.lookups += 1
        if self.lookups > self.limits.lookups:
            raise PermError(f"more than {self.limits.lookups} terms need a DNS lookup", domain, term)

    async def _include(self, one: Mechanism, domain: str, depth: int) -> bool:
        assert one.target is not None  # noqa: S101 - of the grammar
        target = await self._name(one.target, domain)
        inner = await self.evaluate(target, depth + 1)
        if inner.result is SpfResult.NONE:
            raise PermError(f"{target} has no SPF record, but is included", domain, one.source)
        return inner.result is SpfResult.PASS

    async def _redirect(self, one: Modifier, domain: str, depth: int) -> _Found:
        self._count(domain, one.source)
        self.steps.append(Step(domain, one.source, depth, True))
        target = await self._name(one.value, domain)
        found = await self.evaluate(target, depth + 1)
        if found.result is SpfResult.NONE:
            raise PermError(f"{target} has no SPF record, but is redirected to", domain, one.source)
        return found

    async def _name(self, spec: Spec, domain: str) -> str:
        return expand_name(spec, await self.matching.values(spec, domain))

    def evaluation(self, found: _Found, said: str | None) -> Evaluation:
        return Evaluation(
            found.result,
            found.domain,
            found.term,
            explanation=said,
            lookups=self.lookups,
            voids=self.matching.voids,
            steps=tuple(self.steps),
        )

    def ended(self, result: SpfResult, exc: PermError) -> Evaluation:
        return Evaluation(
            result,
            exc.domain,
            exc.term,
            exc.why,
            lookups=self.lookups,
            voids=self.matching.voids,
            steps=tuple(self.steps),
        )

"""Does a mechanism match the client? (RFC 7208, section 5.) All but include, which asks a whole record."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver, reverse_name
from mailwarden.deliverability.spf.client import Client
from mailwarden.deliverability.spf.grammar import Spec
from mailwarden.deliverability.spf.macros import expand_name
from mailwarden.deliverability.spf.outcome import Limits, PermError, TempError
from mailwarden.deliverability.spf.terms import Mechanism


class Matching:
    """``voids``: terms whose question had an answer without anything in it (4.6.4)."""

    def __init__(self, resolver: Resolver, client: Client, limits: Limits) -> None:
        self._resolver = resolver
        self._client = client
        self._limits = limits
        self._type = "A" if client.is_four else "AAAA"
        self._pointing: Answer | None = None
        self._names: list[str] | None = None
        self.voids = 0

    async def matches(self, one: Mechanism, domain: str) -> bool:
        match one.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return one.network is not None and self._client.address in one.network
            case "exists":
                return (await self._asked(one, domain, "A")).found
            case "a":
                return self._covers(one, (await self._asked(one, domain, self._type)).strings)
            case "mx":
                return await self._mx(one, domain)
            case _:
                return await self._ptr(one, domain)

    async def _target(self, one: Mechanism, domain: str) -> str:
        return domain if one.target is None else expand_name(one.target, await self.values(one.target, domain))

    async def _asked(self, one: Mechanism, domain: str, type: str) -> Answer:
        answer = await self._resolver.ask(await self._target(one, domain), type)
        self._fail_if_unknown(answer, one, domain)
        if answer.absent:
            self._void(one, domain)
        return answer

    def _fail_if_unknown(self, answer: Answer, one: Mechanism, domain: str) -> None:
        """A name that cannot be asked, such as macros make of what a client says, is one that does not exist."""
        if answer.unknown and answer.reason is not Reason.BAD_NAME:
            raise TempError(
                f"the DNS could not tell {answer.name} ({answer.type}): {answer.reason}", domain, one.source
            )

    def _void(self, one: Mechanism, domain: str) -> None:
        self.voids += 1
        if self.voids > self._limits.voids:
            raise PermError(f"more than {self._limits.voids} terms ask for what does not exist", domain, one.source)

    async def _mx(self, one: Mechanism, domain: str) -> bool:
        answer = await self._asked(one, domain, "MX")
        if len(answer.exchanges) > self._limits.exchanges:
            raise PermError(f"{answer.name} has more than {self._limits.exchanges} MX records", domain, one.source)
        hosts = [mx.host for mx in sorted(answer.exchanges, key=lambda mx: mx.preference) if mx.host]
        for found in await asyncio.gather(*(self._resolver.ask(host, self._type) for host in hosts)):
            self._fail_if_unknown(found, one, domain)
            if self._covers(one, found.strings):
                return True
        return False

    def _covers(self, one: Mechanism, addresses: Sequence[str]) -> bool:
        client = int(self._client.address)
        away = 32 - one.prefix4 if self._client.is_four else 128 - one.prefix6
        return any((int(ip_address(found)) ^ client) >> away == 0 for found in addresses)

    async def _ptr(self, one: Mechanism, domain: str) -> bool:
        target = (await self._target(one, domain)).lower()
        names = await self._validated()
        if self._pointing is not None and self._pointing.absent:
            self._void(one, domain)
        return any(name == target or name.endswith("." + target) for name in names)

    async def _validated(self) -> list[str]:
        """Names of the client that lead back to it (5.5). Trouble only makes them fewer."""
        if self._names is None:
            self._pointing = await self._resolver.ask(reverse_name(str(self._client.address)), "PTR")
            names = self._pointing.strings[: self._limits.pointers]
            answers = await asyncio.gather(*(self._resolver.ask(name, self._type) for name in names))
            client = self._client.address
            pairs = zip(names, answers, strict=True)
            self._names = [
                name.lower() for name, back in pairs if any(ip_address(one) == client for one in back.strings)
            ]
        return self._names

    async def values(self, spec: Spec, domain: str) -> dict[str, str]:
        """Of the macros that the spec uses."""
        known = {**self._client.values, "d": domain}
        if "p" in spec.letters:
            known["p"] = self._best(await self._validated(), domain.lower())
        return known

    def _best(self, names: Sequence[str], domain: str) -> str:
        """Of the macro p (7.3)."""
        if domain in names:
            return domain
        below = [name for name in names if name.endswith("." + domain)]
        return next(iter([*below, *names]), "unknown")

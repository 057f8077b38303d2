"""The two questions that discovery asks the DNS."""

from dataclasses import dataclass
from typing import Any, Protocol

import aiodns

TIMEOUT_S = 3.0


class Dns(Protocol):
    async def mx(self, domain: str) -> list[str]:
        """Hosts, best first; none where nothing is found."""
        ...

    async def srv(self, name: str) -> list[tuple[str, int]]:
        """(host, port), best first. ``.`` as only answer means: expressly not offered (RFC 6186 §3.4)."""
        ...


@dataclass(frozen=True, slots=True)
class SystemDns:
    """Asks the servers that this machine is set up with, or those given as ``address:port``."""

    nameservers: tuple[str, ...] = ()

    async def mx(self, domain: str) -> list[str]:
        found = sorted(await self._ask(domain, "MX"), key=lambda data: data.priority)
        return [_name(data.exchange) for data in found if _name(data.exchange)]

    async def srv(self, name: str) -> list[tuple[str, int]]:
        found = sorted(await self._ask(name, "SRV"), key=lambda data: (data.priority, -data.weight))
        return [(_name(data.target), int(data.port)) for data in found if _name(data.target)]

    async def _ask(self, name: str, kind: str) -> list[Any]:
        resolver = aiodns.DNSResolver(nameservers=list(self.nameservers) or None, timeout=TIMEOUT_S, tries=1)
        try:
            answer = await resolver.query_dns(name, kind)
        except aiodns.error.DNSError:
            return []
        finally:
            await resolver.close()
        return [record.data for record in answer.answer if hasattr(record.data, _FIELD[kind])]


_FIELD = {"MX": "exchange", "SRV": "target"}


def _name(text: str) -> str:
    return text.rstrip(".").lower()

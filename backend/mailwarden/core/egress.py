"""The guard of connections to hosts that tenants typed: it decides on resolved addresses, at the socket."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

BLOCKED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"),
        *("2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)


class EgressBlocked(Exception):
    """The host may not be connected to. One text for every reason, so that nobody can scan ports with it."""

    def __init__(self) -> None:
        super().__init__("this host or port is not allowed")


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class EgressGuard:
    """Resolves once and answers with literal addresses, so what was judged is what gets connected to.

    ``allow`` wins over the blocked ranges; ``deny`` adds to them (our own public addresses).
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
        ports: Iterable[int] | None = (80, 443),
        resolve: Resolve = resolve_by_system,
    ) -> None:
        self._allow: tuple[Network, ...] = tuple(ipaddress.ip_network(block) for block in allow)
        self._deny = BLOCKED + tuple(ipaddress.ip_network(block) for block in deny)
        self._ports = None if ports is None else frozenset(ports)
        self._resolve = resolve

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """All addresses of the host in the resolver's order, or EgressBlocked when any one of them is blocked.

        Ports are free for hosts that lie wholly inside ``allow``.
        """
        try:
            answers = await self._resolve(host, port)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError("name resolution failed") from exc
        found = [ipaddress.ip_address(answer.partition("%")[0]) for answer in answers]
        if not found:
            raise httpcore.ConnectError("name resolution failed")
        if all(_within(address, self._allow) for address in found):
            return [str(address) for address in found]
        port_refused = self._ports is not None and port not in self._ports
        if port_refused or any(self._blocked(address) for address in found):
            raise EgressBlocked
        return [str(address) for address in found]

    def allows(self, addresses: Iterable[str]) -> bool:
        """Whether all of them lie inside ``allow``: the operator's own network, or this very machine."""
        return all(_within(ipaddress.ip_address(address), self._allow) for address in addresses)

    def _blocked(self, address: Address) -> bool:
        return _within(address, self._deny) and not _within(address, self._allow)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's TCP with the guard in front. TLS above it still names and checks the host that was asked for."""

    def __init__(self, guard: EgressGuard, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in await self._guard.addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

"""Row S1: hosts that a tenant typed lead inside: literals in every spelling, names that change, redirects."""

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpcore

from mailwarden.core.egress import EgressGuard, resolve_by_system
from mailwarden.core.http import NoAnswer, build_http, send_once
from mailwarden.providers.base import ProviderError
from mailwarden.providers.imap.servers import Reach, Server
from mailwarden.providers.imap.wire import Wire
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally

OUTSIDE = "127.0.0.9"  # stands for the public network: the one address of this machine that may be reached
INSIDE = ("127.0.0.1", "127.0.0.2", "::1")
UNREACHABLE = "10.0.0.7 169.254.169.254 172.16.0.1 192.168.0.1 100.64.0.1 0.0.0.0 fd00:ec2::254 ::ffff:127.0.0.1"
PLAIN = "127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.000.000.001 0 0.0.0.0"
NAMED = "localhost LOCALHOST 127。0。0。1 127．0．0．1 ①②⑦.⓪.⓪.① ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"
LONG = "[::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] [64:ff9b::7f00:1]"
SPLIT = (
    "outside.test@127.0.0.1 outside.test:x@127.0.0.1 127.0.0.1#@outside.test 127.0.0.1?@outside.test"
    " 127.0.0.1\\@outside.test 127.0.0.1%00.outside.test 127.0.0.1%2f@outside.test"
)
SPELLINGS = f"{PLAIN} {NAMED} {LONG} {SPLIT}".split()
TLS_HELLO = b"\x16"
REACHED = "was reached"


@dataclass
class Canaries:
    """Servers inside that nobody may reach, and one outside that sends everybody inside. All on one port."""

    port: int = 0
    inside: list[str] = field(default_factory=list)
    outside: int = 0

    async def bite(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.inside.append(str(writer.get_extra_info("sockname")[0]))
        writer.close()

    async def send_inside(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.outside += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            if await reader.readexactly(1) == TLS_HELLO:
                raise ConnectionError
            await reader.readuntil(b"\r\n\r\n")
            there = f"http://127.0.0.1:{self.port}/latest/meta-data"
            writer.write(f"HTTP/1.1 302 X\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def canaries() -> AsyncIterator[Canaries]:
    here = Canaries()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await asyncio.start_server(here.bite, INSIDE[0]))
        here.port = first.sockets[0].getsockname()[1]
        for address in INSIDE[1:]:
            with suppress(OSError):  # a machine without IPv6
                await stack.enter_async_context(await asyncio.start_server(here.bite, address, here.port))
        await stack.enter_async_context(await asyncio.start_server(here.send_inside, OUTSIDE, here.port))
        yield here


@dataclass
class Liar:
    """A name service in an attacker's hands: each question about a name of theirs gets the next answer."""

    answers: list[list[str]] = field(default_factory=list)
    asked: int = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if not host.endswith(".test"):
            return await _literal(host, port)
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


async def _literal(host: str, port: int) -> Sequence[str]:
    """As the system reads numbers and its own name, without asking a name service about the rest."""
    if host.lower() != "localhost":
        socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
    return await resolve_by_system(host, port)


def lies(rng: random.Random) -> list[list[str]]:
    """Inside at once, among others, only the second time, only later, or never but by a redirect."""
    inside = rng.choice((*INSIDE, *UNREACHABLE.split()))
    mixed = [OUTSIDE, inside]
    rng.shuffle(mixed)
    return rng.choice(([[inside]], [mixed], [[OUTSIDE], [inside]], [[OUTSIDE], mixed], [[OUTSIDE]]))


TLS = ssl.create_default_context()


async def _by_http(here: Canaries, guard: EgressGuard, host: str) -> str:
    async with build_http(guard=guard, verify=TLS) as http:
        try:
            request = http.build_request("POST", f"http://{host}:{here.port}/hook", content=b"{}")
            await send_once(http, request, deadline_s=2, max_bytes=1000)
        except NoAnswer as exc:
            return str(exc)
        except Exception as exc:  # noqa: BLE001 - an address that cannot even be read
            return type(exc).__name__
    return "answered"


async def _by_mail(here: Canaries, guard: EgressGuard, host: str) -> str:
    reach = Reach(guard, TLS, 2)
    try:
        async with Wire("imap", Server(host.strip("[]"), here.port, "tls"), reach).opened():
            return "answered"
    except ProviderError as exc:
        return type(exc).__name__


async def inside(ground: Ground, n: int) -> Tally:
    """Webhooks and mailboxes share the guard; both are asked to go where they must not."""
    tally, rng = Tally(), ground.rng("S1")
    texts: set[str] = set()
    async with canaries() as here:
        for number in range(n):
            liar = Liar(lies(rng))
            guard = EgressGuard(allow=[f"{OUTSIDE}/32"], ports=(here.port,), resolve=liar)
            host = "evil.test" if number % 2 else rng.choice(SPELLINGS)
            go = rng.choice((_by_http, _by_mail))
            before = len(here.inside)
            said = await go(here, guard, host)
            texts.add(said)
            await asyncio.sleep(0)
            hit = here.inside[before:]
            tally.see(not hit, f"{hit} {REACHED} by {host!r} {liar.answers if number % 2 else ''}")
        await asyncio.sleep(0.1)
    tally.figures |= {"reached outside, as they may": here.outside, "kinds of refusal": len(texts)}
    tally.violations += ["nobody got outside"] * (not here.outside)
    return tally


async def inside_by_name(ground: Ground, n: int) -> Tally:
    """The broken variant judges what a name means first, and connects to what it means then."""

    async def naive(self: EgressGuard, host: str, port: int) -> Sequence[str]:
        first = await self._resolve(host, port)
        if first and first[0].startswith(("127.0.0.1", "10.", "::1")):
            raise httpcore.ConnectError("blocked")
        then = [one for one in await self._resolve(host, port) if one in (*INSIDE, OUTSIDE)]
        if not then:  # no test calls at other machines, not even a broken one
            raise httpcore.ConnectError("elsewhere")
        return then

    with broken(EgressGuard, "addresses", naive):
        return await inside(ground, max(n, 60))


ROWS = [
    Row("S1", "hosts that lead inside", "no connection inside", 10_000, inside, inside_by_name, quick=60, sign=REACHED)
]

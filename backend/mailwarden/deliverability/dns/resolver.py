"""Asks over the wire, through c-ares; what c-ares will not ask goes through dnspython, which is slower."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiodns
import pycares

from mailwarden.deliverability.dns.answers import Answer, Reason, Resolver, State, ascii_name, unknown
from mailwarden.deliverability.dns.channel import LoopResolver
from mailwarden.deliverability.dns.fallback import Fallback
from mailwarden.deliverability.dns.records import of_cares, of_error

MOST_AT_ONCE = 200
BUFFER_BYTES = 4 << 20  # the system's default drops answers from 300 questions at once up
# From the second question on c-ares sets the time of a try by itself, from what a server took so far, down to 250 ms: a
# resolver that needs a second for a name new to it would be called dead. So we count the time, and ask again until it
# is over. (More tries in c-ares would send a question that fails, SERVFAIL, again as often.)
TRIES = 2
TIMED_OUT = 12  # c-ares' number
# c-ares reads a backslash as an escape and refuses other characters; macros of SPF can make all of them.
PLAIN = re.compile(r"[a-z0-9*/_.-]+")
# A reply that is cut short even over TCP looks like one without data through c-ares, which also believes for up to an
# hour that a name has no record of a type (its issue 1293). What "missing" would be said of is asked once more.
DOUBTED = frozenset({"TXT", "MX", "PTR", "A", "AAAA"})
PARENTS = "_domainkey."  # no record is looked for there, only names below it
TYPES = {
    "A": pycares.QUERY_TYPE_A,
    "AAAA": pycares.QUERY_TYPE_AAAA,
    "CAA": pycares.QUERY_TYPE_CAA,
    "CNAME": pycares.QUERY_TYPE_CNAME,
    "MX": pycares.QUERY_TYPE_MX,
    "NS": pycares.QUERY_TYPE_NS,
    "PTR": pycares.QUERY_TYPE_PTR,
    "SOA": pycares.QUERY_TYPE_SOA,
    "TXT": pycares.QUERY_TYPE_TXT,
}


@dataclass(frozen=True, slots=True)
class Options:
    """``nameservers``: `address` or `address:port`, `[address]:port` for IPv6; none: the system's.

    ``timeout_s``: for one question with all its tries; a resolver may need seconds for a name it does not know yet.
    """

    nameservers: tuple[str, ...] = ()
    timeout_s: float = 5.0


class AioDnsResolver:
    """One per process and event loop; made while that loop runs. It remembers answers as long as they may live."""

    def __init__(self, options: Options | None = None, places: asyncio.Semaphore | None = None) -> None:
        self._options = options or Options()
        self._places = places or asyncio.Semaphore(MOST_AT_ONCE)
        self._fallback = Fallback(self._options.nameservers, self._options.timeout_s)
        self._channel = LoopResolver(
            nameservers=list(self._options.nameservers) or None,
            timeout=self._options.timeout_s / 3,
            tries=TRIES,
            socket_receive_buffer_size=BUFFER_BYTES,
        )

    async def close(self) -> None:
        await self._channel.close()

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[Resolver]:
        """A channel of its own has nothing to remember."""
        one = AioDnsResolver(self._options, self._places)
        try:
            yield one
        finally:
            await one.close()

    async def ask(self, name: str, type: str) -> Answer:
        try:
            plain = ascii_name(name)
        except ValueError:
            return unknown(name, type, Reason.BAD_NAME)
        async with self._places:
            wanted = TYPES.get(type)
            if wanted is None or not PLAIN.fullmatch(plain):
                return await self._fallback.ask(plain, type)
            answer = await self._query(plain, type, wanted)
            if answer.state is State.NODATA and type in DOUBTED and not plain.startswith(PARENTS):
                return await self._fallback.ask(plain, type)
            return answer

    async def _query(self, name: str, type: str, wanted: int) -> Answer:
        end = time.monotonic() + self._options.timeout_s
        while (left := end - time.monotonic()) > 0:
            answer = await self._once(name, type, wanted, left)
            if answer is not None:
                return answer
        return unknown(name, type, Reason.TIMEOUT)

    async def _once(self, name: str, type: str, wanted: int, seconds: float) -> Answer | None:
        """None: nothing came."""
        asked = self._channel.query_dns(name, type)
        end = asyncio.get_running_loop().call_later(seconds, _give_up, asked)
        try:
            result = await asked
        except aiodns.error.DNSError as exc:
            number = int(exc.args[0])
            return None if number == TIMED_OUT else of_error(name, type, number)
        finally:
            end.cancel()
        return of_cares(name, type, wanted, result.answer)


def _give_up(asked: "asyncio.Future[pycares.DNSResult]") -> None:
    """A timer of its own costs each question a tenth of what asyncio.timeout does."""
    if not asked.done():
        asked.set_exception(aiodns.error.DNSError(TIMED_OUT))

"""The name server of a sandbox, whose world may be replaced at any time."""

from contextlib import AsyncExitStack
from typing import Protocol

import dns.message
import dns.rcode

from mailwarden_sandbox.dns.answering import answer
from mailwarden_sandbox.dns.book import DnsBook, Trouble
from mailwarden_sandbox.dns.server import serving
from mailwarden_sandbox.world import World

_TTL_S = 5
_CODES = {Trouble.SERVFAIL: dns.rcode.SERVFAIL, Trouble.REFUSED: dns.rcode.REFUSED}


class Holder(Protocol):
    world: World
    dns: str | None


class DnsDoor:
    def __init__(self, holder: Holder, host: str) -> None:
        self._holder, self._host, self._opened = holder, host, AsyncExitStack()

    async def start(self) -> None:
        port = await self._opened.enter_async_context(serving(self._host, self._reply))
        self._holder.dns = f"[{self._host}]:{port}" if ":" in self._host else f"{self._host}:{port}"

    async def stop(self) -> None:
        await self._opened.aclose()

    def _reply(self, question: dns.message.Message) -> dns.message.Message | None:
        world = self._holder.world
        book = world.part(DnsBook)
        trouble = book.trouble(question.question[0].name.to_text()) if question.question else Trouble.REFUSED
        if trouble is Trouble.SILENCE:
            return None
        if trouble is not None:
            reply = dns.message.make_response(question)
            reply.set_rcode(_CODES[trouble])
            return reply
        return answer(question, book.zones([account.domain for account in world.accounts()]), _TTL_S)

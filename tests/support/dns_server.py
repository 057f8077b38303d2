"""A name server on loopback that answers over UDP and TCP, honestly or not, and remembers what it was asked."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode

from mailwarden_sandbox.dns.answering import answer
from mailwarden_sandbox.dns.server import serving

Zones = dict[str, dict[str, list[str]]]
Behaviour = Callable[[dns.message.Message, dns.message.Message], dns.message.Message | None]
HOST = "127.0.0.1"


@dataclass
class NameServer:
    zones: Zones
    behaviour: Behaviour | None = None  # gets question and honest answer, gives what is sent; None: nothing
    ttl: int = 60
    asked: list[str] = field(default_factory=list)
    over_tcp: int = 0
    port: int = 0

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def reply(self, question: dns.message.Message) -> dns.message.Message | None:
        self.asked.append(question.question[0].to_text())
        honest = answer(question, self.zones, self.ttl)
        return honest if self.behaviour is None else self.behaviour(question, honest)

    def reply_over_tcp(self, question: dns.message.Message) -> dns.message.Message | None:
        self.over_tcp += 1
        return self.reply(question)


@asynccontextmanager
async def name_server(
    zones: Zones, behaviour: Behaviour | None = None, ttl: int = 60, *, tcp: bool = True
) -> AsyncIterator[NameServer]:
    server = NameServer(zones, behaviour, ttl)
    async with serving(HOST, server.reply, server.reply_over_tcp, tcp=tcp) as server.port:
        yield server


def fails_with(code: dns.rcode.Rcode) -> Behaviour:
    def behave(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question)
        reply.set_rcode(code)
        return reply

    return behave


def silent(question: dns.message.Message, honest: dns.message.Message) -> None:
    return None


def cut_off(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message:
    """What does not fit; with ``tcp=False`` there is no other way to it."""
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.TC
    return reply

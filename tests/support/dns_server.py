"""A name server on loopback that answers over UDP and TCP, honestly or not."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zones = dict[str, dict[str, list[str]]]  # as in a zone file: TXT in quotes, MX with its preference
Behaviour = Callable[[dns.message.Message, dns.message.Message], dns.message.Message | None]


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
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes, *, room: int) -> bytes | None:
        question = dns.message.from_wire(wire)
        self.asked.append(question.question[0].to_text())
        honest = self._honest(question)
        sent = honest if self.behaviour is None else self.behaviour(question, honest)
        if sent is None:
            return None
        packed = sent.to_wire(max_size=65535)
        if len(packed) <= room:
            return packed
        cut = dns.message.make_response(question)
        cut.flags |= dns.flags.TC
        return cut.to_wire()

    def _honest(self, question: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        name = question.question[0].name.to_text(omit_final_dot=True).lower()
        while (records := self.zones.get(name)) is not None and "CNAME" in records and kind != "CNAME":
            reply.answer.append(dns.rrset.from_text(name + ".", self.ttl, "IN", "CNAME", *records["CNAME"]))
            name = records["CNAME"][0].removesuffix(".")
        if records is None and not any(one.endswith("." + name) for one in self.zones):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif records and kind in records:
            reply.answer.append(dns.rrset.from_text(name + ".", self.ttl, "IN", kind, *records[kind]))
        return reply


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.DatagramTransport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packed = self.server.answer(data, room=1232)
        if packed is not None:
            self.transport.sendto(packed, addr)


@asynccontextmanager
async def name_server(
    zones: Zones, behaviour: Behaviour | None = None, ttl: int = 60, *, tcp: bool = True
) -> AsyncIterator[NameServer]:
    server = NameServer(zones, behaviour, ttl)

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                packed = server.answer(await reader.readexactly(length), room=65535)
                server.over_tcp += 1
                if packed is not None:
                    writer.write(struct.pack("!H", len(packed)) + packed)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    streams = await asyncio.start_server(stream, "127.0.0.1", 0)
    server.port = streams.sockets[0].getsockname()[1]
    if not tcp:
        streams.close()
    loop = asyncio.get_running_loop()
    udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(server), ("127.0.0.1", server.port))
    try:
        yield server
    finally:
        udp.close()
        streams.close()

"""A name server's door: UDP and TCP on one port."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import dns.exception
import dns.flags
import dns.message

Reply = Callable[[dns.message.Message], dns.message.Message | None]
"""None: silence."""
OVER_UDP = 1232  # what resolvers offer since the DNS flag day of 2020
OVER_TCP = 65_535
_TRIES = 20


def _packed(wire: bytes, reply: Reply, room: int) -> bytes | None:
    try:
        question = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    sent = reply(question)
    if sent is None:
        return None
    packed = sent.to_wire(max_size=OVER_TCP)
    if len(packed) <= room:
        return packed
    cut = dns.message.make_response(question)
    cut.flags |= dns.flags.TC
    return cut.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.DatagramTransport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packed = _packed(data, self._reply, OVER_UDP)
        if packed is not None:
            self._transport.sendto(packed, addr)


async def _stream(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            packed = _packed(await reader.readexactly(length), reply, OVER_TCP)
            if packed is not None:
                writer.write(struct.pack("!H", len(packed)) + packed)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _open(host: str, reply: Reply, over_tcp: Reply) -> tuple[asyncio.Server, asyncio.DatagramTransport, int]:
    """A port that TCP has free may be taken for UDP."""
    loop = asyncio.get_running_loop()
    for _ in range(_TRIES):
        streams = await asyncio.start_server(lambda r, w: _stream(over_tcp, r, w), host, 0)
        port: int = streams.sockets[0].getsockname()[1]
        try:
            datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(reply), (host, port))
        except OSError:
            streams.close()
            continue
        return streams, datagrams, port
    raise OSError("no port is free for both UDP and TCP")


@asynccontextmanager
async def serving(host: str, reply: Reply, over_tcp: Reply | None = None, *, tcp: bool = True) -> AsyncIterator[int]:
    """The port. ``over_tcp`` replies there, where it is another one."""
    streams, datagrams, port = await _open(host, reply, over_tcp or reply)
    if not tcp:
        streams.close()
    try:
        yield port
    finally:
        datagrams.close()
        streams.close()

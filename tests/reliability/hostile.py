"""An HTTP server without manners: each request gets whatever the test made up, byte by byte if it likes."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

MANNERS = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    claim: int | None = None  # Content-Length that is not true
    cut: int | None = None  # bytes of the body after which the connection is reset
    drip_s: float = 0.0  # pause after each byte
    silent: bool = False  # never a byte

    def head(self) -> bytes:
        named = {**MANNERS, **self.headers, "Content-Length": str(len(self.body) if self.claim is None else self.claim)}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in named.items())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hostile:
    """``answer`` decides; ``asked`` remembers what arrived."""

    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            while (request := await _read(reader)) is not None:
                self.asked.append(request)
                if not await _send(writer, self.answer(request)):
                    break
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = first.split(" ", 2)
    return Asked(method, path, headers, body)


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Whether the connection may be used again."""
    if reply.silent:
        await asyncio.sleep(3600)
    writer.write(reply.head())
    for place in range(0, len(reply.body), 1 if reply.drip_s else 65_536):
        if reply.cut is not None and place >= reply.cut:
            break
        writer.write(reply.body[place : place + (1 if reply.drip_s else 65_536)][: reply.cut])
        await writer.drain()
        if reply.drip_s:
            await asyncio.sleep(reply.drip_s)
    await writer.drain()
    if reply.cut is not None:
        _reset(writer)
        return False
    return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    plain = writer.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def hostile(answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> AsyncIterator[Hostile]:
    made = Hostile(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls, limit=2**20)
    made.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()

"""One client's connection, as lines."""

import asyncio
import ssl
from dataclasses import dataclass, field

LONGEST_LINE = 65_536
LONGEST_LITERAL = 64 * 1024 * 1024


class Hangup(Exception):
    """The connection is over, whoever ended it."""


@dataclass
class Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: bool
    context: ssl.SSLContext
    secrets: list[str] = field(default_factory=list)

    async def read(self) -> str:
        """Without its end. Bytes that are no UTF-8 survive as surrogates."""
        try:
            raw = await self.reader.readuntil(b"\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
            raise Hangup from error
        return raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")

    async def read_exactly(self, size: int) -> bytes:
        if size > LONGEST_LITERAL:
            raise Hangup
        try:
            return await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Hangup from error

    async def say(self, *lines: str) -> None:
        await self.send(b"".join(f"{line}\r\n".encode("utf-8", "surrogateescape") for line in lines))

    async def send(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError as error:
            raise Hangup from error

    async def start_tls(self) -> None:
        try:
            await self.writer.start_tls(self.context)
        except (OSError, ValueError) as error:
            raise Hangup from error
        self.tls = True

    def abort(self) -> None:
        """A reset rather than a friendly end."""
        self.writer.transport.abort()

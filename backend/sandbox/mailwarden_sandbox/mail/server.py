"""IMAP and SMTP on ports of their own, each plain (with STARTTLS) and inside TLS."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Protocol

from mailwarden_sandbox.imap.session import ImapSession
from mailwarden_sandbox.mail.line import LONGEST_LINE, Hangup, Line
from mailwarden_sandbox.smtp.session import SmtpSession
from mailwarden_sandbox.tls import Certificates
from mailwarden_sandbox.world import World


class Holder(Protocol):
    """Whose world may be replaced by a reset at any time."""

    world: World
    mail: "MailPorts | None"


class Session(Protocol):
    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MailPorts:
    host: str
    imap: int
    imaps: int
    submission: int
    submissions: int
    ca: str
    """The authority that signed the certificate, as PEM. It vouches for ``localhost`` and 127.0.0.1."""

    def shown(self) -> dict[str, object]:
        return asdict(self)


class MailServers:
    def __init__(self, holder: Holder, host: str, tls: Certificates) -> None:
        self._holder, self._host, self._ca = holder, host, tls.ca.read_text()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(tls.chain, tls.key)
        self._servers: list[asyncio.Server] = []
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> MailPorts:
        imap, imaps = await self._open(ImapSession, tls=False), await self._open(ImapSession, tls=True)
        smtp, smtps = await self._open(SmtpSession, tls=False), await self._open(SmtpSession, tls=True)
        self._holder.mail = MailPorts(self._host, imap, imaps, smtp, smtps, self._ca)
        return self._holder.mail

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    async def _open(self, kind: Callable[[World, Line], Session], *, tls: bool) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(kind, Line(reader, writer, tls, self._context))

        context = self._context if tls else None
        server = await asyncio.start_server(serve, self._host, 0, ssl=context, limit=LONGEST_LINE)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, kind: Callable[[World, Line], Session], line: Line) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            with suppress(Hangup, asyncio.CancelledError):
                await kind(self._holder.world, line).run()
        finally:
            line.writer.close()
            with suppress(OSError):
                await line.writer.wait_closed()

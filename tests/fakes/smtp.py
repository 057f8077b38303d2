"""A relay that keeps what it is given, and can refuse or hang up at chosen moments."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Delivered:
    sender: str
    recipients: list[str]
    raw: bytes


@dataclass
class Relay:
    """``refuse_*`` are SMTP answers; ``hang_up`` closes the connection after the message instead of answering."""

    port: int = 0
    delivered: list[Delivered] = field(default_factory=list)
    refuse_recipient: str | None = None
    refuse_message: str | None = None
    hang_up: bool = False

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        if self.refuse_message:
            return self.refuse_message
        content: Any = envelope.content
        self.delivered.append(Delivered(str(envelope.mail_from), list(envelope.rcpt_tos), bytes(content)))
        if self.hang_up:
            transport: Any = server.transport
            transport.abort()
        return "250 OK"


@asynccontextmanager
async def smtp_relay() -> AsyncIterator[Relay]:
    relay = Relay()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(relay, hostname="relay.test", loop=loop), "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await server.wait_closed()

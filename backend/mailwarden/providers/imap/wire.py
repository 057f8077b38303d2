"""One connection to a mail server: lines out, lines in, and every failure told by what was being done."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore

from mailwarden.core.egress import EgressBlocked
from mailwarden.core.http import redact
from mailwarden.providers.base import EgressRefused, Evidence, Signal
from mailwarden.providers.imap.problems import CAUSES, Kind, MailFailure, Said, Step, failure
from mailwarden.providers.imap.servers import CONNECT_S, Protocol, Reach, Server

LONGEST_LINE = 65_536
LONGEST_LITERAL = 50 * 1024 * 1024


class Wire:
    """``step`` says what is being done; failures carry it."""

    def __init__(self, protocol: Protocol, server: Server, reach: Reach) -> None:
        self.protocol, self.server, self._reach = protocol, server, reach
        self.step = Step.RESOLVE
        self.protected = False
        self.submitted = False  # the last byte of a message may have left
        self.secrets: list[str] = []
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Wire"]:
        """Connected, and inside TLS where that comes first. One deadline covers all that is done here."""
        try:
            async with asyncio.timeout(self._reach.deadline_s):
                await self._connect()
                yield self
        except TimeoutError as exc:
            kind = Kind.NO_GREETING if self.step is Step.GREETING else Kind.TIMEOUT
            raise self.trouble(kind, f"no answer within {self._reach.deadline_s:g} s") from exc
        except asyncio.IncompleteReadError as exc:
            raise self.trouble(Kind.CLOSED, "the server closed the connection") from exc
        except OSError as exc:  # before ValueError: a refused certificate is both
            raise self.trouble(*_wire_problem(exc, self.step)) from exc
        except (asyncio.LimitOverrunError, ValueError) as exc:
            raise self.trouble(Kind.PROTOCOL, "the answer is no mail protocol") from exc
        finally:
            self._close()

    async def _connect(self) -> None:
        addresses = await self._addresses()
        self.step = Step.CONNECT
        problem: OSError = OSError("no address")
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_S):
                    opening = asyncio.open_connection(address, self.server.port, limit=LONGEST_LINE)
                    self._reader, self._writer = await opening
                    break
            except OSError as exc:  # TimeoutError is one
                problem = exc
        if self._writer is None:
            raise self.trouble(*_wire_problem(problem, self.step)) from problem
        if self.server.security == "tls":
            await self.start_tls()

    async def _addresses(self) -> list[str]:
        """Judged once, and what was judged is what gets connected to."""
        host, port, guard = self.server.host, self.server.port, self._reach.guard
        try:
            found = list(await guard.addresses(host, port))
        except EgressBlocked as exc:
            raise EgressRefused(self.evidence(Said(str(exc)), Kind.HOST_BLOCKED)) from exc
        except httpcore.ConnectError as exc:
            raise self.trouble(Kind.HOST_UNKNOWN, "the host's name leads nowhere") from exc
        if self.server.security == "none" and not guard.allows(found):
            raise self.trouble(Kind.UNPROTECTED, "a password is not sent without encryption")
        return found

    async def start_tls(self) -> None:
        """The name that was typed is the name that the certificate must hold."""
        if self._writer is None:
            raise ConnectionError("not connected")
        self.step = Step.TLS
        if getattr(self._reader, "_buffer", b""):  # sent in the clear, to be taken for an answer inside (CVE-2011-0411)
            raise self.trouble(Kind.PROTOCOL, "the server spoke before encryption began")
        await self._writer.start_tls(self._reach.tls, server_hostname=self.server.host, ssl_handshake_timeout=CONNECT_S)
        self.protected = True

    async def line(self) -> bytes:
        """Without its end."""
        if self._reader is None:
            raise ConnectionError("not connected")
        return (await self._reader.readuntil(b"\n")).rstrip(b"\r\n")

    async def exactly(self, size: int) -> bytes:
        if self._reader is None:
            raise ConnectionError("not connected")
        if size > LONGEST_LITERAL:
            raise self.trouble(Kind.PROTOCOL, f"the server announced {size} bytes")
        return await self._reader.readexactly(size)

    async def send(self, data: bytes) -> None:
        if self._writer is None:
            raise ConnectionError("not connected")
        self._writer.write(data)
        await self._writer.drain()

    def trouble(self, kind: Kind, text: str) -> MailFailure:
        return self.refusal(kind, Said(text))

    def refusal(self, kind: Kind, said: Said) -> MailFailure:
        return failure(kind, self.evidence(said, kind), self.step, sent=self.submitted)

    def evidence(self, said: Said, kind: Kind) -> Evidence:
        return Evidence(
            signal=Signal.API_REFUSED if kind in CAUSES else None,
            operation="login" if self.step is Step.LOGIN else "mail",
            method=self.protocol.upper(),
            path=f"/{self.step}",
            host=f"{self.server.host}:{self.server.port}",
            status=said.status,
            provider_code=said.code or kind,
            message=redact(said.text, self.secrets),
        )

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _wire_problem(exc: OSError, step: Step) -> tuple[Kind, str]:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return Kind.TLS_CERTIFICATE, exc.verify_message
    if isinstance(exc, ssl.SSLError):
        plain = "WRONG_VERSION_NUMBER" in str(exc) or "RECORD_LAYER" in str(exc)
        return (Kind.TLS_NOT_SPOKEN if plain else Kind.TLS_FAILED), exc.reason or "TLS failed"
    if isinstance(exc, ConnectionRefusedError):
        return Kind.CONNECTION_REFUSED, "nothing listens there"
    if isinstance(exc, TimeoutError):
        return Kind.TIMEOUT, "no answer"
    if step in (Step.RESOLVE, Step.CONNECT):
        return Kind.UNREACHABLE, "no way to that host"
    return Kind.CLOSED, "the connection broke"

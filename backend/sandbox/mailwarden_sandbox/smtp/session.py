"""One SMTP conversation."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.data.mailbox import INBOX, SENT
from mailwarden_sandbox.mail import comebacks, login
from mailwarden_sandbox.mail.faults import strike
from mailwarden_sandbox.mail.line import Hangup, Line
from mailwarden_sandbox.mail.log import note
from mailwarden_sandbox.smtp.replies import TROUBLE, refused
from mailwarden_sandbox.world import Submitted, World

ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>", re.IGNORECASE)
SIZE = 35 * 1024 * 1024
Handler = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class Envelope:
    sender: str
    recipients: list[str]


class SmtpSession:
    def __init__(self, world: World, line: Line) -> None:
        self._world, self._line = world, line
        self._account: Account | None = None
        self._envelope: Envelope | None = None
        self._logged_in = False
        self._greeted = False
        self._handlers: dict[str, Handler] = {
            "EHLO": self._ehlo, "HELO": self._ehlo, "STARTTLS": self._starttls, "AUTH": self._auth,
            "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data, "RSET": self._rset,
            "NOOP": self._noop, "QUIT": self._quit,
        }  # fmt: skip

    async def run(self) -> None:
        """Until Hangup."""
        if not await self._struck("GREETING"):
            await self._line.say("220 sandbox.test ESMTP ready")
        while True:
            verb, _, rest = (await self._line.read()).partition(" ")
            handler = self._handlers.get(verb.upper())
            if handler is None:
                await self._line.say("500 5.5.2 Error: command not recognized")
            elif verb.upper() in ("AUTH", "RCPT") or not await self._struck(verb.upper()):
                await handler(rest)

    async def _struck(self, stage: str) -> bool:
        """Whether a fault answered instead."""
        answer = await strike(self._world, self._line, self._account, f"/smtp/{stage}", TROUBLE)
        if answer is None:
            return False
        code = answer.text[:3]
        note(self._world, self._account, f"/smtp/{stage}", int(code) if code.isdigit() else 0, fault=answer.names)
        await self._line.say(*answer.text.split("\n"))
        if answer.close:
            raise Hangup
        return True

    async def _say(self, stage: str, *lines: str, token: str | None = None) -> None:
        note(self._world, self._account, f"/smtp/{stage}", int(lines[-1][:3]), token=token)
        await self._line.say(*lines)

    async def _ehlo(self, _: str) -> None:
        self._greeted = True
        words = [
            "sandbox.test",
            f"SIZE {SIZE}",
            "8BITMIME",
            "ENHANCEDSTATUSCODES",
            "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER",
        ]
        if not self._line.tls:
            words.append("STARTTLS")
        await self._line.say(*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}")

    async def _starttls(self, _: str) -> None:
        if self._line.tls:
            await self._line.say("503 5.5.1 TLS is active already")
            return
        await self._line.say("220 2.0.0 Ready to start TLS")
        await self._line.start_tls()
        self._greeted = False

    async def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        mechanism = mechanism.upper()
        if mechanism not in ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"):
            await self._line.say("504 5.5.4 Unrecognized authentication type")
            return
        try:
            await self._authenticate(mechanism, initial)
        except login.BadSasl:
            await self._line.say("501 5.5.2 Cannot decode the response")

    async def _authenticate(self, mechanism: str, initial: str) -> None:
        if mechanism == "LOGIN":
            user = login.decoded(initial or await self._ask("VXNlcm5hbWU6"))
            secret = login.decoded(await self._ask("UGFzc3dvcmQ6"))
        else:
            response = initial or await self._ask("")
            user, secret = login.plain(response) if mechanism == "PLAIN" else login.bearer(mechanism, response)
        by_token = mechanism in ("XOAUTH2", "OAUTHBEARER")
        account = self._account = login.find_account(self._world, user, secret if by_token else None)
        if await self._struck("AUTH"):
            return
        if by_token:
            refusal = login.by_token(self._world, account, secret, "smtp")
        else:
            refusal = login.by_password(account, secret)
        if refusal is None:
            self._logged_in = True
            await self._say("AUTH", "235 2.7.0 Accepted", token=secret if by_token else None)
            return
        if by_token:
            await self._ask(login.challenge(mechanism))
        await self._say(
            "AUTH", *refused(refusal, account.provider if account else None), token=secret if by_token else None
        )

    async def _ask(self, challenge: str) -> str:
        await self._line.say(f"334 {challenge}")
        answer = await self._line.read()
        if answer == "*":
            raise login.BadSasl(answer)
        return answer

    async def _mail(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        if not self._logged_in:
            await self._say("MAIL", "530 5.7.0 Authentication Required")
        elif found is None:
            await self._say("MAIL", "501 5.5.4 Syntax: MAIL FROM:<address>")
        else:
            self._envelope = Envelope(found[1], [])
            await self._say("MAIL", "250 2.1.0 Sender ok")

    async def _rcpt(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        if self._envelope is None or found is None:
            await self._line.say("503 5.5.1 MAIL first")
        elif not await self._struck(f"RCPT/{found[1]}"):
            self._envelope.recipients.append(found[1])
            await self._say("RCPT", "250 2.1.5 Recipient ok")

    async def _data(self, _: str) -> None:
        if self._envelope is None or not self._envelope.recipients:
            await self._line.say("503 5.5.1 RCPT first")
            return
        await self._line.say("354 Go ahead")
        raw = await self._message()
        if await self._struck("MESSAGE"):
            return
        self._deliver(self._envelope, raw)
        self._envelope = None
        if await self._struck("DELIVERED"):  # its answer is lost or wrong, the message is on its way
            return
        await self._say("DATA", "250 2.0.0 OK queued as 42")

    async def _message(self) -> bytes:
        lines: list[bytes] = []
        while (line := await self._line.read()) != ".":
            lines.append((line[1:] if line.startswith(".") else line).encode("utf-8", "surrogateescape"))
        return b"".join(line + b"\r\n" for line in lines)

    def _deliver(self, envelope: Envelope, raw: bytes) -> None:
        """To the people of this sandbox. Gmail alone keeps a copy in Sent by itself."""
        self._world.submitted.append(Submitted(self._world.now(), envelope.sender, tuple(envelope.recipients), raw))
        for recipient in envelope.recipients:
            for found in login.find_accounts(self._world, recipient):
                found.mailbox.add(INBOX, raw)
        if self._account is not None:
            comebacks.take(self._world, self._account, envelope.recipients, raw)
        if self._account is not None and self._account.provider == login.TOKEN_HOLDERS[0]:
            self._account.mailbox.add(SENT, raw, {"\\Seen"})

    async def _rset(self, _: str) -> None:
        self._envelope = None
        await self._line.say("250 2.0.0 Flushed")

    async def _noop(self, _: str) -> None:
        await self._line.say("250 2.0.0 OK")

    async def _quit(self, _: str) -> None:
        await self._line.say("221 2.0.0 Bye")
        raise Hangup

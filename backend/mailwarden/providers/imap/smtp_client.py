"""Submission (RFC 6409) with every refusal in the server's own words."""

import re
from dataclasses import dataclass, field

from mailwarden.providers.imap import sasl
from mailwarden.providers.imap.answers import smtp_meaning
from mailwarden.providers.imap.problems import Kind, Said, Step
from mailwarden.providers.imap.sasl import MECHANISMS
from mailwarden.providers.imap.servers import Login
from mailwarden.providers.imap.wire import Wire

LINE = re.compile(rb"(\d{3})([ -]?)(.*)", re.DOTALL)
ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
MOST_LINES = 100
ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f]+")
LINE_ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Sent:
    """``refused`` recipients got nothing; the others were promised delivery."""

    accepted: tuple[str, ...]
    refused: dict[str, Said] = field(default_factory=dict)


class Smtp:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.extensions: dict[str, str] = {}

    async def greet(self) -> None:
        self._wire.step = Step.GREETING
        await self._expect(await self._reply(), 220)
        await self._hello()
        if self._wire.server.security == "starttls":
            await self._start_tls()
            await self._hello()

    async def _hello(self) -> None:
        """Our name is an address literal of nowhere: the host's own name is nobody's business."""
        said = await self._expect(await self._ask("EHLO [127.0.0.1]"), 250)
        self.extensions = {}
        for line in said.text.split("\n")[1:]:
            name, _, rest = line.strip().partition(" ")
            self.extensions[name.upper()] = rest.upper()

    async def _start_tls(self) -> None:
        self._wire.step = Step.TLS
        if "STARTTLS" not in self.extensions:
            raise self._wire.trouble(Kind.STARTTLS_MISSING, "the server offers no encryption here")
        await self._expect(await self._ask("STARTTLS"), 220)
        await self._wire.start_tls()
        self._wire.step = Step.GREETING

    async def login(self, login: Login) -> None:
        self._wire.step = Step.LOGIN
        offered = self.extensions.get("AUTH", "").split()
        if login.token is not None:
            await self._by_token(login.user, await login.token(), offered)
            return
        self._wire.secrets += [login.password]
        if "PLAIN" in offered:
            response = sasl.plain(login.user, login.password)
            said = await self._secretly(f"AUTH PLAIN {response}", response)
        elif "LOGIN" in offered:
            said = await self._by_login(login)
        else:
            kind = Kind.NO_MECHANISM if self._wire.protected else Kind.TLS_REQUIRED
            raise self._wire.trouble(kind, "the server takes no password here")
        await self._expect(said, 235)

    async def _by_login(self, login: Login) -> Said:
        said = await self._ask("AUTH LOGIN")
        for word in (login.user, login.password):
            if said.status != 334:
                return said
            said = await self._secretly(sasl.encoded(word), sasl.encoded(word))
        return said

    async def _by_token(self, user: str, token: str, offered: list[str]) -> None:
        mechanism = next((m for m in MECHANISMS if m in offered), None)
        if mechanism is None:
            raise self._wire.trouble(Kind.NO_MECHANISM, "the server takes no access tokens")
        response = sasl.bearer(mechanism, user, token, self._wire.server.host, self._wire.server.port)
        self._wire.secrets += [token]
        said = await self._secretly(f"AUTH {mechanism} {response}", response)
        if said.status == 334:  # a challenge that explains; the answer after it decides
            said = await self._ask(sasl.FINAL_ANSWER[mechanism])
        await self._expect(said, 235, by_token=True)

    async def may_send_as(self, address: str) -> None:
        """Proves the sender without sending: MAIL FROM, then RSET."""
        self._wire.step = Step.SENDER
        await self._mail(address)
        await self._ask("RSET")

    async def _mail(self, address: str) -> None:
        await self._expect(await self._ask(f"MAIL FROM:<{checked_address(address)}>"), 250)

    async def submit(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> Sent:
        """A failure says by ``sent`` whether the message may have been taken: only then must nobody send it again."""
        self._wire.step = Step.SENDER
        await self._mail(sender)
        self._wire.step = Step.MESSAGE
        refused: dict[str, Said] = {}
        for recipient in recipients:
            said = await self._ask(f"RCPT TO:<{checked_address(recipient)}>")
            if said.status not in (250, 251):
                refused[recipient] = said
        accepted = tuple(one for one in recipients if one not in refused)
        if accepted:
            await self._expect(await self._ask("DATA"), 354)
            await self._hand_over(raw)
        return Sent(accepted, refused)

    async def _hand_over(self, raw: bytes) -> None:
        lines = LINE_ENDS.split(raw.removesuffix(b"\r\n"))
        stuffed = b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
        await self._wire.send(stuffed)
        self._wire.submitted = True  # from the final dot on the server may have it
        await self._wire.send(b".\r\n")
        said = await self._reply()
        self._wire.submitted = False
        await self._expect(said, 250)

    async def quit(self) -> None:
        """Its answer is not waited for."""
        await self._wire.send(b"QUIT\r\n")

    async def _ask(self, line: str) -> Said:
        await self._wire.send(f"{line}\r\n".encode())
        return await self._reply()

    async def _secretly(self, line: str, secret: str) -> Said:
        """A server may repeat what it was told."""
        self._wire.secrets += [secret]
        return await self._ask(line)

    async def _reply(self) -> Said:
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            found = LINE.match(await self._wire.line())
            if found is None:
                raise self._wire.trouble(Kind.PROTOCOL, "the answer is no SMTP")
            lines.append(found[3].decode("utf-8", "replace"))
            if found[2] != b"-":
                return _said(int(found[1]), lines)
        raise self._wire.trouble(Kind.PROTOCOL, "the answer never ends")

    async def _expect(self, said: Said, status: int, *, by_token: bool = False) -> Said:
        if said.status != status:
            raise self._wire.refusal(smtp_meaning(said, self._wire.step, by_token=by_token), said)
        return said


def _said(status: int, lines: list[str]) -> Said:
    """The enhanced code, which each line of a refusal repeats, is taken off the words."""
    first = ENHANCED.match(lines[0]) if status >= 400 else None
    texts = [ENHANCED.sub("", line, count=1) for line in lines] if first else lines
    return Said("\n".join(texts), status, first[1] if first else None)


def checked_address(address: str) -> str:
    """Nothing may follow the address on its line."""
    if not ADDRESS.fullmatch(address):
        raise ValueError("not an address")
    return address

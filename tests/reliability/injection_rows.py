"""Row M5: whatever people write, one mail leaves, with our headers, to our recipients, as a real server takes it."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.policy import Policy
from email.utils import getaddresses
from typing import Any

from mailwarden.core import mail
from mailwarden.core.egress import EgressGuard
from mailwarden.core.mail import Mail
from mailwarden.core.mime import UnsafeHeader, body
from mailwarden.outreach.personal import rules as personal
from mailwarden.providers.imap.servers import Reach, Server
from mailwarden.providers.imap.smtp_client import Smtp
from mailwarden.providers.imap.wire import Wire
from mailwarden.sending import content
from tests.fakes.smtp import Delivered, Relay, smtp_relay
from tests.reliability import scribbler
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.scribbler import SENDER, Letter, Pen

EXTRA_HEADER, EXTRA_RECIPIENT = "another header", "another recipient"
ON_ONE_LINE = 250  # mails over one connection
PARSERS = (policy.compat32, policy.SMTP)  # the lenient and the modern one


@asynccontextmanager
async def door(relay: Relay) -> AsyncIterator[Smtp]:
    """The product's own client, signed in nowhere: the relay asks for nothing."""
    reach = Reach(EgressGuard(allow=["127.0.0.0/8"]), ssl.create_default_context(), 300)
    async with Wire("smtp", Server("127.0.0.1", relay.port, "none"), reach).opened() as wire:
        client = Smtp(wire)
        await client.greet()
        yield client


async def injections(ground: Ground, n: int) -> Tally:
    tally, pen, refused = Tally(), Pen(ground.rng("M5")), 0
    async with smtp_relay() as relay:
        while tally.n < n:
            async with door(relay) as client:
                for _ in range(min(ON_ONE_LINE, n - tally.n)):
                    try:
                        letter = pen.letter()
                    except UnsafeHeader:
                        refused += 1
                        continue
                    await client.submit(SENDER, letter.envelope, letter.raw)
                    wrong = fault(letter, relay.delivered)
                    tally.see(wrong is None, f"mail {tally.n}: {wrong}")
                    relay.delivered.clear()
    tally.figures["refused to be written"] = refused
    return tally


def fault(letter: Letter, got: Sequence[Delivered]) -> str | None:
    """At the server: one mail, byte for byte, to those people, and with those headers as two parsers read them."""
    if len(got) != 1:
        return f"{EXTRA_RECIPIENT}: {len(got)} mails were delivered"
    (one,) = got
    if (one.sender, one.recipients) != (SENDER, list(letter.envelope)):
        return f"{EXTRA_RECIPIENT}: {one.sender} to {one.recipients}"
    if one.raw != letter.raw:
        return "it arrived changed"
    return next((wrong for each in PARSERS if (wrong := misread(letter, one.raw, each))), None)


def misread(letter: Letter, raw: bytes, parser: "Policy[Any]") -> str | None:
    try:
        return _misread(letter, message_from_bytes(raw, policy=parser))
    except ValueError as exc:  # the modern one finds no way to understand a header
        return f"{EXTRA_HEADER}: {exc}"


def _misread(letter: Letter, found: Any) -> str | None:
    names = [name.lower() for name in found.keys() if not name.lower().startswith("content-")]  # noqa: SIM118
    if names != list(letter.headers) or found.defects:
        return f"{EXTRA_HEADER}: {names} {found.defects}"
    for place, wanted in letter.shown.items():
        named = [address for _, address in getaddresses([str(one) for one in found.get_all(place, [])])]
        if named != wanted:
            return f"{EXTRA_RECIPIENT}: {place} {named}"
    return None


def naive(**given: Any) -> Mail:
    """Headers written as they come, one after the other."""
    people = {"From": [given["sender"]], "To": given["to"], "Cc": given.get("cc", ())}
    everybody = (*given["to"], *given.get("cc", ()), *given.get("bcc", ()))
    rows = [(name, ", ".join(found)) for name, found in people.items() if found]
    rows += [("Reply-To", given["reply_to"])] if given.get("reply_to") else []
    rows += [("Subject", given["subject"]), ("Date", "Sun, 22 Nov 2026 12:00:00 +0000")]
    thread = [("In-Reply-To", given["in_reply_to"])] if given.get("in_reply_to") else []
    thread += [("References", " ".join(given["references"]))] if given.get("references") else []
    rows += [("Message-ID", given["message_id"]), *thread, *given["headers"], ("MIME-Version", "1.0")]
    head = "".join(f"{name}: {value}\r\n" for name, value in rows).encode(errors="replace")
    envelope = tuple(one.rpartition("<")[2].strip("<>") for one in everybody)
    return Mail(SENDER, envelope, "", head + body(given["text"], given["html"]).encode())


def as_it_is(text: str, *_: object) -> str:
    return text


async def injections_believed(ground: Ground, n: int) -> Tally:
    with (
        broken(content, "build_message", naive),
        broken(content, "plain", as_it_is),
        broken(personal, "one_line", as_it_is),
        broken(scribbler, "build_message", naive),
        broken(mail, "_verify", as_it_is),
    ):
        return await injections(ground, min(max(n, 60), 2_000))


ROWS = [
    Row("M5", "headers and SMTP in all that people write", "0 extra headers, 0 extra recipients", 100_000, injections,
        injections_believed, quick=100, sign=EXTRA_HEADER),
]  # fmt: skip

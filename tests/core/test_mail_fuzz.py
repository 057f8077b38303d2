"""Whatever people type: no header, recipient or message that we did not mean. MAILWARDEN_FUZZ sets the examples."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwarden.core.mail import Mail, SmtpMailer, UnsafeHeader, build_message, plain
from tests.fakes.smtp import Relay, smtp_relay

EXAMPLES = int(os.environ.get("MAILWARDEN_FUZZ", "2000"))
DELIVERIES = max(150, EXAMPLES // 10)
WRITTEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LINE_ENDS = [
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\n.\n",
    "\r.\r",
    "\r\n.\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
]
SYNTAX = ["=?", "?=", "=0d=0a", "=?utf-8?q?a=0d=0aBcc:_evil@example.com?=", "=?utf-8?b?DQpCY2M6IGU=?=", "--=_part", "."]
MARKS = [" ", "  ", "\t", ",", ";", ":", "<", ">", '"', "\\", "(", ")", "@", "é", "🎉", "\x00", "\ud800", "x" * 90]
COMMANDS = ["Bcc: evil@example.com", "\r\nMAIL FROM:<evil@example.com>\r\nDATA\r\n", "evil@example.com"]
FRAGMENTS = st.sampled_from([*LINE_ENDS, *SYNTAX, *MARKS, *COMMANDS])
WORDS = st.lists(st.one_of(st.text(max_size=20), FRAGMENTS), max_size=8).map("".join)
HEADER_WORDS = WORDS | WORDS.map(plain)  # as typed, and as our notices use others' words
NAMES = ["from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"]


def build(subject: str, name: str, text: str, html: str | None) -> Mail | None:
    """None: refused, which is always safe."""
    try:
        return build_message(
            sender="Mailwarden <noreply@mailwarden.test>",
            to=[f"{name} <pat@example.test>"],
            subject=subject,
            text=text,
            html=html,
            message_id="<1@mailwarden.test>",
            date=WRITTEN,
            headers=[("Auto-Submitted", "auto-generated")],
        )
    except UnsafeHeader:
        return None


def unified(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode(errors="replace").decode().rstrip("\n")


def check_content(raw: bytes, text: str) -> None:
    """As two parsers see it, the lenient and the modern one."""
    for one in (policy.compat32, policy.SMTP):
        message: Any = message_from_bytes(raw, policy=one)
        names = [name.lower() for name in message.keys()]  # noqa: SIM118
        assert [name for name in names if name != "content-transfer-encoding"] == NAMES
        part = message.get_payload()[0] if message.is_multipart() else message
        assert unified(part.get_payload(decode=True).decode()) == unified(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(subject=HEADER_WORDS, name=HEADER_WORDS, text=WORDS, html=st.none() | WORDS)
def test_what_is_built_has_exactly_the_headers_we_meant(subject: str, name: str, text: str, html: str | None) -> None:
    mail = build(subject, name, text, html)
    if mail is None:
        return
    assert mail.recipients == ("pat@example.test",)
    assert mail.raw.isascii()
    assert not set(mail.raw.replace(b"\r\n", b"")) & {0, 10, 13}
    check_content(mail.raw, text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(address=WORDS)
def test_no_text_becomes_more_than_one_recipient(address: str) -> None:
    try:
        mail = build_message(
            sender="noreply@mailwarden.test",
            to=[address],
            subject="x",
            text="x",
            html=None,
            message_id="<1@mailwarden.test>",
            date=WRITTEN,
        )
    except UnsafeHeader:
        return
    assert len(mail.recipients) == 1
    assert not set(mail.recipients[0]) & set(' \r\n<>,;:"()[]\\\x00')


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def relay() -> AsyncIterator[Relay]:
    async with smtp_relay() as opened:
        yield opened


@settings(max_examples=DELIVERIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=HEADER_WORDS, text=WORDS, html=st.none() | WORDS)
async def test_a_relay_gets_one_message_for_one_recipient(
    relay: Relay, subject: str, text: str, html: str | None
) -> None:
    mail = build(subject, "Pat", text, html)
    if mail is None:
        return
    relay.delivered.clear()
    await SmtpMailer("127.0.0.1", relay.port, None, None, start_tls=False).send(mail)
    (one,) = relay.delivered
    assert one.recipients == ["pat@example.test"]
    check_content(one.raw, text)


@pytest.mark.parametrize(
    "end", ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\r\n.\r\n", "\n\n.\n\n"]
)
async def test_smuggling_a_second_message_delivers_one(relay: Relay, end: str) -> None:
    second = "MAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nSubject: forged\r\n\r\nx\r\n.\r\n"
    text = f"first{end}{second}"
    mail = build("Hello", "Pat", text, text)
    assert mail is not None
    relay.delivered.clear()
    await SmtpMailer("127.0.0.1", relay.port, None, None, start_tls=False).send(mail)
    (one,) = relay.delivered
    assert (one.sender, one.recipients) == ("noreply@mailwarden.test", ["pat@example.test"])
    check_content(one.raw, text)

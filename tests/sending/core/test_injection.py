"""M5: whatever people write as subject, names, words and file names, a mail has our headers and our recipients.

``MAILWARDEN_FUZZ=100000`` sends so many over the wire.
"""

import os
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.connections.models import Connection
from mailwarden.core.mail import UnsafeHeader
from mailwarden.core.mime import Attachment
from mailwarden.mailboxes.settings import MailboxSettings
from mailwarden.sending.content import _raw, signed
from mailwarden.sending.files import clean_name, media_type_of
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.prepare import Prepared
from tests.core.test_mail_fuzz import EXAMPLES, HEADER_WORDS, WORDS
from tests.reliability.injection_rows import injections
from tests.reliability.row import Ground

DELIVERED = EXAMPLES if "MAILWARDEN_FUZZ" in os.environ else 150
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESSES = {"to": "to@else.test", "cc": "cc@else.test", "bcc": "bcc@else.test"}
NAMES = ["from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references", "list-unsubscribe"]


def connection(provider: str) -> Connection:
    label = "us@here.test" if provider != "imap" else "us@here.test at here.test"
    return Connection(id=uuid4(), provider=provider, account_label="us@here.test", external_id=label)


@settings(max_examples=max(100, EXAMPLES // 10), deadline=None)
@given(
    provider=st.sampled_from(["google", "microsoft", "imap"]),
    subject=HEADER_WORDS,
    names=st.tuples(HEADER_WORDS, HEADER_WORDS, HEADER_WORDS, HEADER_WORDS),
    words=WORDS,
    file=WORDS,
)
def test_no_text_becomes_a_header_or_a_recipient(
    provider: str, subject: str, names: tuple[str, str, str, str], words: str, file: str
) -> None:
    people = [
        MessageRecipient(kind=kind, address=address, name=name)
        for (kind, address), name in zip(ADDRESSES.items(), names, strict=False)
    ]
    message = Message(subject=subject, html=words, text=words, rfc822_id="<1@here.test>", in_reply_to="<0@here.test>")
    message.references_ = ["<a@here.test>", "<0@here.test>"]
    sender = MailboxSettings.model_construct(sender_name=names[3], signature_html="")
    content = signed(message, sender)
    ready = Prepared(content.html, content.text, (("List-Unsubscribe", "<https://here.test/t/u/x>"),))
    name = clean_name(file)
    files = [Attachment(name, media_type_of(name), b"\r\n.\r\nMAIL FROM:<evil@example.com>\r\n")]
    try:
        raw = _raw(message, connection(provider), people, sender, ready, files, NOW)
    except UnsafeHeader:
        return
    check(raw, provider)


def check(raw: bytes, provider: str) -> None:
    """As two parsers see it, the lenient and the modern one."""
    shown = [name for name in NAMES if name != "bcc" or provider != "imap"]
    for one in (policy.compat32, policy.SMTP):
        found = message_from_bytes(raw, policy=one)
        names = [name.lower() for name in found.keys()]  # noqa: SIM118
        assert names == [*shown, "mime-version", "content-type"]
        for kind, address in ADDRESSES.items():
            written = [value for _, value in getaddresses([str(found[kind])])] if found[kind] else []
            assert written in ([address], []) if kind == "bcc" else written == [address]


@given(WORDS)
def test_a_files_name_is_one_plain_name(name: str) -> None:
    made = clean_name(name)
    assert 0 < len(made) <= 120
    assert not set(made) & set('/\\\r\n\x00"<>:|?*\u202e')
    assert made.strip(". ") == made
    assert clean_name(made) == made


@pytest.mark.timeout(7200)
async def test_a_server_takes_one_mail_for_those_who_were_meant(tmp_path: Path) -> None:
    """Of files of recipients, fields, names, subjects, files' names and headers; at the server, byte for byte."""
    unused: Any = None  # row M5 stands on nothing but its seed
    found = await injections(Ground(5, tmp_path, unused, unused), DELIVERED)
    assert found.violations == []
    assert found.n == DELIVERED

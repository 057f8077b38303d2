from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Any

import pytest

from mailwarden.core.mail import (
    FileMailer,
    Mail,
    MailRefused,
    MailUnknown,
    SmtpMailer,
    UnsafeHeader,
    build_message,
    plain,
)
from tests.fakes.smtp import smtp_relay

WRITTEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def build(**over: Any) -> Mail:
    given: dict[str, Any] = {
        "sender": "Mailwarden <noreply@mailwarden.test>",
        "to": ["pat@example.test"],
        "subject": "Hello",
        "text": "Hello,\n\nall is well.\n",
        "html": None,
        "message_id": "<1@mailwarden.test>",
        "date": WRITTEN,
    }
    return build_message(**(given | over))


def read(mail: Mail) -> Message:
    return message_from_bytes(mail.raw)


def header(mail: Mail, name: str) -> str:
    return str(make_header(decode_header(str(read(mail)[name]).replace("\r\n", ""))))


def body_of(part: Any) -> str:
    return bytes(part.get_payload(decode=True)).decode()


ENCODED_NEWLINE = "=?utf-8?q?a=0d=0aBcc:_evil@example.com?="
HOSTILE = [
    "a\r\nBcc: evil@example.com",
    "a\nBcc: evil@example.com",
    "a\rBcc: evil@example.com",
    "a\x00b",
    "a\x1bb",
    "a\x7fb",
    "a\x85Bcc: evil@example.com",
    "a\u2028Bcc: evil@example.com",
    "a\u2029Bcc: evil@example.com",
    "a\ud800b",
    ENCODED_NEWLINE,
    "=?UTF-8?B?YQ0KQmNjOiBldmlsQGV4YW1wbGUuY29t?=",
    "=?utf-8*en?Q?x?=",
    "=??q?x?=",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_subject_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(subject=value)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_display_name_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(to=[f"{value} <pat@example.test>"])
    with pytest.raises(UnsafeHeader):
        build(sender=f'"{value}" <noreply@mailwarden.test>')


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_message_id_or_extra_header_is_refused(value: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(message_id=f"<{value}@mailwarden.test>")
    with pytest.raises(UnsafeHeader):
        build(headers=[("Auto-Submitted", value)])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "pat",
        "@example.test",
        "pat@",
        "pat@example.test, evil@example.com",
        "pat@example.test,evil@example.com",
        "pat@example.test evil@example.com",
        "a@b@example.test",
        "<pat@example.test> evil@example.com",
        "evil@example.com)pat@example.test",
        '"a b"@example.test',
        "pat@[127.0.0.1]",
        "pat@exa_mple.test",
        "pat@-example.test",
        "pat@" + "a" * 64 + ".test",
        "a" * 65 + "@example.test",
        "pät@example.test",
        "=?utf-8?q?pat?=@example.test",
        ENCODED_NEWLINE,
    ],
)
def test_only_one_plain_address_is_an_address(address: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(to=[address])


@pytest.mark.parametrize("name", ["Bcc", "to", "Content-Type", "MIME-Version", "Resent-To", "Sender", "X Y", "X:", ""])
def test_extra_headers_cannot_replace_what_the_builder_writes(name: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(headers=[(name, "x")])


def test_nobody_to_write_to_is_refused() -> None:
    with pytest.raises(UnsafeHeader):
        build(to=[])


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Hello",
        "  two  spaces ",
        "Grüße aus Köln – 100 % 🎉",
        "is a =? b ?= c",
        "long " * 60,
        "ö" * 300,
        "unbroken" * 200,
        'Subject: with a colon, "quotes" and <angles>',
    ],
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    mail = build(subject=subject)
    assert header(mail, "Subject") == subject
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998
    assert mail.raw.isascii()


@pytest.mark.parametrize(
    "name",
    [
        "Pat",
        "Ann <ann@example.com>,",
        "Müller, Jörg",
        'He said "hi"',
        "back\\slash",
        "a" * 200,
        "=?",
        "Pat (Acme)",
        "x, y",
    ],
)
def test_a_display_name_never_adds_a_recipient(name: str) -> None:
    mail = build(to=[f"{name} <pat@example.test>"])
    assert mail.recipients == ("pat@example.test",)
    raw = str(read(mail)["To"]).replace("\r\n", "")
    assert [address for _, address in getaddresses([raw])] == ["pat@example.test"]


def test_a_quoted_display_name_is_read_without_its_quotes() -> None:
    mail = build(to=['"Doe, \\"Jo\\"" <jo@example.test>'])
    assert getaddresses([str(read(mail)["To"])]) == [('Doe, "Jo"', "jo@example.test")]


def test_the_envelope_is_the_explicit_list() -> None:
    mail = build(to=["One <one@example.test>", "two@example.test"], sender="Us <us@mailwarden.test>")
    assert mail.recipients == ("one@example.test", "two@example.test")
    assert mail.sender == "us@mailwarden.test"


def test_an_international_domain_is_written_in_ascii() -> None:
    assert build(to=["pat@bücher.example"]).recipients == ("pat@xn--bcher-kva.example",)


def test_headers_come_in_a_fixed_order_and_nothing_else_does() -> None:
    mail = build(headers=[("Auto-Submitted", "auto-generated"), ("References", "<a@b> <c@d>")], html="<p>x</p>")
    names = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "References",
        "MIME-Version",
        "Content-Type",
    ]
    assert list(read(mail).keys()) == names


@pytest.mark.parametrize(
    "text", ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\n.\nb", "a\r\n.\r\nb", "x" * 5000, "ü\u2028\x0b\x0c.", "\n"]
)
def test_a_body_keeps_its_lines_whatever_ended_them(text: str) -> None:
    mail = build(text=text)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    assert body_of(read(mail)).replace("\r\n", "\n").rstrip("\n") == wanted.rstrip("\n")
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert b"\r" not in mail.raw.replace(b"\r\n", b"")
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 76


def test_html_is_an_alternative_to_the_text_and_cannot_end_its_part() -> None:
    html = "<p>Hi</p>\n--=_part--\n--=_part\nContent-Type: text/plain\n\nevil"
    parts: Any = read(build(text="Hi", html=html)).get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert body_of(parts[1]).replace("\r\n", "\n").strip() == html


def test_others_words_are_made_fit_for_a_header() -> None:
    assert plain("a\r\nBcc: x  y\x00") == "a Bcc: x y"
    assert header(build(subject=plain(ENCODED_NEWLINE)), "Subject").startswith("= ?utf-8")
    assert len(plain("x" * 500)) == 200


async def test_smtp_delivers_to_the_envelope_only() -> None:
    async with smtp_relay() as relay:
        await mailer(relay.port).send(build(to=["Pat <pat@example.test>"]))
    assert [(one.sender, one.recipients) for one in relay.delivered] == [
        ("noreply@mailwarden.test", ["pat@example.test"])
    ]


@pytest.mark.parametrize("answer", ["450 try later", "550 no such user"])
async def test_a_refused_recipient_is_surely_not_sent(answer: str) -> None:
    async with smtp_relay() as relay:
        relay.refuse_recipient = answer
        with pytest.raises(MailRefused, match=answer[:3]):
            await mailer(relay.port).send(build())
    assert relay.delivered == []


async def test_a_refused_message_is_surely_not_sent() -> None:
    async with smtp_relay() as relay:
        relay.refuse_message = "554 spam"
        with pytest.raises(MailRefused):
            await mailer(relay.port).send(build())


async def test_a_relay_that_is_away_has_surely_not_taken_it() -> None:
    async with smtp_relay() as relay:
        port = relay.port
    with pytest.raises(MailRefused):
        await mailer(port).send(build())


async def test_a_connection_lost_after_the_message_leaves_the_outcome_unknown() -> None:
    async with smtp_relay() as relay:
        relay.hang_up = True
        with pytest.raises(MailUnknown):
            await mailer(relay.port).send(build())


async def test_a_file_appears_whole_under_a_harmless_name(tmp_path: Any) -> None:
    mail = build()
    await FileMailer(tmp_path / "mail").send(mail)
    (written,) = (tmp_path / "mail").iterdir()
    assert written.name == "1_mailwarden.test.eml"
    assert written.read_bytes() == mail.raw


def mailer(port: int) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, None, None, start_tls=False, timeout_s=5)

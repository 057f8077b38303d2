"""The sandbox's SMTP server, by Python's own client."""

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.mail.server import MailPorts
from tests.sandbox.mail import BOX, PASSWORD, mail_servers, token_for
from tests.sandbox.steps import Control

OTHER = "mailbox2@sandbox.test"
MESSAGE = b"From: a@there.test\r\nSubject: Hello\r\n\r\n.dotted\r\nBody.\r\n"


@pytest.fixture
async def ports(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[MailPorts]:
    async with mail_servers(sandbox, tmp_path) as opened:
        yield opened


async def talk(ports: MailPorts, steps: Callable[[smtplib.SMTP], Any], *, tls: bool = False) -> Any:
    def run() -> Any:
        context = ssl.create_default_context(cadata=ports.ca)
        client = (
            smtplib.SMTP_SSL("127.0.0.1", ports.submissions, context=context, timeout=5)
            if tls
            else smtplib.SMTP("127.0.0.1", ports.submission, timeout=5)
        )
        with client:
            return steps(client)

    return await asyncio.to_thread(run)


async def test_the_right_password_opens_plain_tls_and_starttls(ports):
    assert (await talk(ports, lambda c: c.login(BOX, PASSWORD)))[0] == 235
    assert (await talk(ports, lambda c: c.login(BOX, PASSWORD), tls=True))[0] == 235

    def upgraded(client: smtplib.SMTP) -> Any:
        client.starttls(context=ssl.create_default_context(cadata=ports.ca))
        client.user, client.password = BOX, PASSWORD
        client.ehlo()
        return client.auth("LOGIN", client.auth_login)

    assert (await talk(ports, upgraded))[0] == 235


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ("change_password", 535, b"5.7.8"),
        ("admin_block", 535, b"5.7.139"),
        ("disable_account", 535, b"5.7.13"),
    ],
)
async def test_what_happens_to_the_account_is_said_at_login(ports, control: Control, fault, code, said):
    await control.break_("imap", BOX, fault)
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        await talk(ports, lambda c: c.login(BOX, PASSWORD))
    assert (refused.value.smtp_code, refused.value.smtp_error[: len(said)]) == (code, said)


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_a_token_logs_in_and_a_dead_one_is_challenged_first(ports, sandbox: Sandbox, mechanism):
    account = sandbox.world.account("imap", BOX)
    assert account
    access = token_for(sandbox, account)
    words = {
        "XOAUTH2": f"user={BOX}\1auth=Bearer {access.token}\1\1",
        "OAUTHBEARER": f"n,a={BOX},\1host=localhost\1port=587\1auth=Bearer {access.token}\1\1",
    }[mechanism]

    def answer(challenge: bytes | None = None) -> str:
        return "" if challenge else words

    def steps(client: smtplib.SMTP) -> Any:
        client.ehlo()
        return client.auth(mechanism, answer)

    assert (await talk(ports, steps))[0] == 235
    access.dead = True
    with pytest.raises(smtplib.SMTPAuthenticationError, match=r"5\.7\.8"):
        await talk(ports, steps)


async def test_a_message_arrives_as_it_was_sent(ports, sandbox: Sandbox, http):
    def steps(client: smtplib.SMTP) -> Any:
        client.login(BOX, PASSWORD)
        return client.sendmail(BOX, [OTHER, "far@away.test"], MESSAGE)

    assert await talk(ports, steps) == {}
    account = sandbox.world.account("imap", OTHER)
    assert account
    assert [m.raw for m in account.mailbox.messages("INBOX")] == [MESSAGE]
    told = (await http.get("/_sandbox/mail/submitted")).json()["messages"]
    assert told[0]["recipients"] == [OTHER, "far@away.test"]


async def test_replies_are_scripted_per_stage_and_recipient(ports, control: Control):
    await control.break_("imap", BOX, "reply", path="/smtp/RCPT/far@*", text="550 5.1.1 No such user")
    await control.break_("imap", BOX, "reply", path="/smtp/MESSAGE", text="550 5.4.5 Daily user sending limit exceeded")

    def steps(client: smtplib.SMTP) -> Any:
        client.login(BOX, PASSWORD)
        client.mail(BOX)
        codes = [client.rcpt("far@away.test"), client.rcpt(OTHER)]
        return [*codes, client.data(MESSAGE)]

    answers = await talk(ports, steps)
    assert answers[0] == (550, b"5.1.1 No such user")
    assert answers[1][0] == 250
    assert answers[2] == (550, b"5.4.5 Daily user sending limit exceeded")


async def test_mail_needs_a_login(ports):
    def steps(client: smtplib.SMTP) -> Any:
        client.ehlo()
        return client.mail(BOX)

    assert (await talk(ports, steps))[0] == 530


async def test_trouble_closes_the_connection(ports, control: Control):
    await control.break_("imap", BOX, "status", code=503, path="/smtp/*")
    with pytest.raises(smtplib.SMTPException) as failed:
        await talk(ports, lambda c: c.login(BOX, PASSWORD))
    assert getattr(failed.value, "smtp_code", 421) == 421

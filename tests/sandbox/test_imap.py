"""The sandbox's IMAP server, by Python's own client."""

import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.mail.server import MailPorts
from tests.sandbox.mail import BOX, PASSWORD, mail_servers, token_for
from tests.sandbox.steps import Control

MESSAGE = b"From: a@there.test\r\nSubject: Hello\r\nMessage-ID: <1@there.test>\r\n\r\nBody of it.\r\n"


@pytest.fixture
async def ports(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[MailPorts]:
    async with mail_servers(sandbox, tmp_path) as opened:
        yield opened


async def talk(ports: MailPorts, steps: Callable[[imaplib.IMAP4], Any], *, tls: bool = False) -> Any:
    def run() -> Any:
        context = ssl.create_default_context(cadata=ports.ca)
        client = (
            imaplib.IMAP4_SSL("127.0.0.1", ports.imaps, ssl_context=context, timeout=5)
            if tls
            else imaplib.IMAP4("127.0.0.1", ports.imap, timeout=5)
        )
        try:
            return steps(client)
        finally:
            client.shutdown()

    return await asyncio.to_thread(run)


def logged_in(steps: Callable[[imaplib.IMAP4], Any]) -> Callable[[imaplib.IMAP4], Any]:
    def run(client: imaplib.IMAP4) -> Any:
        client.login(BOX, PASSWORD)
        return steps(client)

    return run


async def test_the_right_password_opens_plain_tls_and_starttls(ports):
    assert (await talk(ports, lambda c: c.login(BOX, PASSWORD)))[0] == "OK"
    assert (await talk(ports, lambda c: c.login(BOX, PASSWORD), tls=True))[0] == "OK"

    def upgraded(client: imaplib.IMAP4) -> Any:
        assert client.starttls(ssl.create_default_context(cadata=ports.ca))[0] == "OK"
        return client.login(BOX, PASSWORD)

    assert (await talk(ports, upgraded))[0] == "OK"


@pytest.mark.parametrize(
    ("fault", "said"),
    [("change_password", "AUTHENTICATIONFAILED"), ("admin_block", "CONTACTADMIN"), ("disable_account", "CONTACTADMIN")],
)
async def test_what_happens_to_the_account_is_said_at_login(ports, control: Control, fault, said):
    await control.break_("imap", BOX, fault)
    with pytest.raises(imaplib.IMAP4.error, match=said):
        await talk(ports, lambda c: c.login(BOX, PASSWORD))
    await control.mend("imap", BOX)
    assert (await talk(ports, lambda c: c.login(BOX, PASSWORD)))[0] == "OK"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_a_token_logs_in_until_its_grant_is_revoked(ports, sandbox: Sandbox, control: Control, mechanism):
    account = sandbox.world.account("imap", BOX)
    assert account
    token = token_for(sandbox, account).token
    words = {
        "XOAUTH2": f"user={BOX}\1auth=Bearer {token}\1\1",
        "OAUTHBEARER": f"n,a={BOX},\1host=localhost\1port=143\1auth=Bearer {token}\1\1",
    }[mechanism].encode()
    asked: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        asked.append(challenge)
        return words if not challenge else b""

    assert (await talk(ports, lambda c: c.authenticate(mechanism, answer)))[0] == "OK"
    grant = sandbox.world.tokens.of_account(account)[0]
    for access in sandbox.world.tokens.by_access.values():
        access.dead = access.grant is grant
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        await talk(ports, lambda c: c.authenticate(mechanism, answer))
    assert b"status" in asked[-1]


async def test_messages_are_listed_read_marked_and_removed(ports, sandbox: Sandbox):
    account = sandbox.world.account("imap", BOX)
    assert account
    for _ in range(2):
        account.mailbox.add("INBOX", MESSAGE)

    def steps(client: imaplib.IMAP4) -> Any:
        assert client.select("INBOX") == ("OK", [b"2"])
        assert client.response("UIDVALIDITY") == ("UIDVALIDITY", [b"1"])
        assert client.uid("SEARCH", "UNSEEN") == ("OK", [b"1 2"])
        assert client.uid("SEARCH", "HEADER", "Message-ID", '"<1@there.test>"') == ("OK", [b"1 2"])
        found = client.uid("FETCH", "1", "(UID FLAGS RFC822.SIZE BODY.PEEK[])")[1][0]
        assert isinstance(found, tuple)
        assert found[1] == MESSAGE
        assert b"RFC822.SIZE %d" % len(MESSAGE) in found[0]
        head = client.uid("FETCH", "2", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0]
        assert isinstance(head, tuple)
        assert head[1] == b"Subject: Hello\r\n\r\n"
        client.uid("STORE", "1", "+FLAGS", "(\\Deleted)")
        assert client.expunge() == ("OK", [b"1"])
        assert client.uid("SEARCH", "ALL") == ("OK", [b"2"])
        return client.list()[1]

    folders = await talk(ports, logged_in(steps))
    assert b'(\\HasNoChildren \\Sent) "/" "Sent"' in folders


async def test_an_appended_message_gets_a_uid(ports, sandbox: Sandbox):
    def steps(client: imaplib.IMAP4) -> Any:
        answer = client.append("Sent", "(\\Seen)", "", MESSAGE)
        assert b"APPENDUID 1 1" in answer[1][0]
        return client.append("Nowhere", "", "", MESSAGE)

    assert (await talk(ports, logged_in(steps)))[0] == "NO"
    account = sandbox.world.account("imap", BOX)
    assert account
    assert [m.raw for m in account.mailbox.messages("Sent")] == [MESSAGE]


async def test_idle_tells_of_new_mail(ports, sandbox: Sandbox):
    account = sandbox.world.account("imap", BOX)
    assert account
    reader, writer = await asyncio.open_connection("127.0.0.1", ports.imap)
    writer.write(f'a LOGIN {BOX} "{PASSWORD}"\r\nb SELECT INBOX\r\nc IDLE\r\n'.encode())
    await reader.readuntil(b"+ idling\r\n")
    account.mailbox.add("INBOX", MESSAGE)
    assert await asyncio.wait_for(reader.readline(), 5) == b"* 1 EXISTS\r\n"
    writer.write(b"DONE\r\n")
    assert await asyncio.wait_for(reader.readline(), 5) == b"c OK done\r\n"
    writer.close()


async def test_wire_faults_strike_single_commands(ports, control: Control):
    await control.break_("imap", BOX, "reply", path="/imap/SELECT", text="{tag} NO [INUSE] Busy", count=1)
    await control.break_("imap", BOX, "bye", path="/imap/LIST", count=1)

    def steps(client: imaplib.IMAP4) -> Any:
        assert client.select()[0] == "NO"
        assert client.select()[0] == "OK"
        with pytest.raises(imaplib.IMAP4.abort):
            client.list()

    await talk(ports, logged_in(steps))


@pytest.mark.parametrize("fault", ["reset", "garbled", "bad_literal"])
async def test_a_broken_wire_breaks_the_client(ports, control: Control, fault):
    await control.break_("imap", BOX, fault, path="/imap/SELECT")
    with pytest.raises((imaplib.IMAP4.error, OSError, MemoryError)):
        await talk(ports, logged_in(lambda c: c.select()))


async def test_a_restored_backup_changes_uid_validity(ports, http):
    await http.post(f"/_sandbox/accounts/imap/{BOX}/uid-validity", json={})

    def steps(client: imaplib.IMAP4) -> Any:
        client.select()
        return client.response("UIDVALIDITY")[1]

    assert await talk(ports, logged_in(steps)) == [b"2"]


async def test_every_login_is_in_the_log_without_its_password(ports, http):
    await talk(ports, lambda c: c.login(BOX, PASSWORD))
    told = (await http.get("/_sandbox/requests", params={"account": BOX})).json()["requests"]
    assert [(one["path"], one["status"]) for one in told] == [("/imap/LOGIN", 200)]
    assert PASSWORD not in str(told)


async def test_the_control_api_tells_ports_and_authority(ports, http):
    told = (await http.get("/_sandbox/mail")).json()
    assert told["imaps"] == ports.imaps
    assert "BEGIN CERTIFICATE" in told["ca"]

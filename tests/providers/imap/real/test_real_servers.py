"""The adapter against real Dovecot and real Postfix: what the sandbox imitates is so."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import pytest

from mailwarden.core.egress import EgressGuard
from mailwarden.providers.base import Cause
from mailwarden.providers.imap.mailbox import greets, prove_life, reading, send
from mailwarden.providers.imap.mailbox import test_mailbox as check_mailbox
from mailwarden.providers.imap.problems import Kind, LoginRefused, Step
from mailwarden.providers.imap.servers import Login, MailAccount, Reach, Server
from tests.fakes.smtp import Relay, smtp_relay
from tests.providers.imap.real.dovecot import OTHER, PASSWORD, USER, Dovecot, running_dovecot
from tests.providers.imap.real.postfix import running_postfix

MESSAGE = b"From: anna@firm.test\r\nSubject: Hello\r\nMessage-ID: <1@firm.test>\r\n\r\n.dotted\r\nBody.\r\n"
GOOD = "good-token"
pytestmark = pytest.mark.timeout(1500)  # a fresh machine installs the servers first, and may wait for others to install


@dataclass(frozen=True)
class Real:
    dovecot: Dovecot
    relay: Relay
    reach: Reach

    def account(self, **login: str) -> MailAccount:
        how = Login(USER, login.get("password", PASSWORD))
        imap, smtp = self.dovecot.imaps, self.dovecot.submission
        servers = Server("127.0.0.1", imap, "tls"), Server("127.0.0.1", smtp, "starttls")
        return MailAccount(USER, *servers, how, how)


@asynccontextmanager
async def introspection() -> AsyncIterator[int]:
    """The authorization server that Dovecot asks about tokens."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        token = parse_qs((await reader.readexactly(size)).decode())["token"][0]
        body = json.dumps({"active": token == GOOD, "email": USER, "scope": "mail"}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture(scope="module")
async def real() -> AsyncIterator[Real]:
    async with smtp_relay() as relay, introspection() as port:
        with running_dovecot(relay.port, port) as dovecot:
            tls = ssl.create_default_context(cafile=dovecot.tls.ca)
            yield Real(dovecot, relay, Reach(EgressGuard(allow=["127.0.0.0/8"]), tls, 10))


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
async def test_dovecot_passes_every_step(real: Real, security):
    port = real.dovecot.imaps if security == "tls" else real.dovecot.imap
    account = replace(real.account(), imap=Server("127.0.0.1", port, security))
    imap, smtp = await check_mailbox(account, real.reach)
    assert (imap.failed, smtp.failed) == (None, None), real.dovecot.log()
    assert {"sent", "drafts"} <= {folder.role for folder in imap.folders}
    assert imap.inbox
    assert imap.inbox.uid_validity > 0


async def test_dovecot_refuses_a_wrong_password_in_words_that_we_know(real: Real):
    with pytest.raises(LoginRefused) as refused:
        await prove_life(real.account(password="wrong"), real.reach)
    assert (refused.value.kind, refused.value.cause) == (Kind.BAD_CREDENTIALS, Cause.CREDENTIALS_REJECTED)
    assert refused.value.evidence.provider_code == "AUTHENTICATIONFAILED"
    wrong = replace(real.account(), smtp_login=Login(USER, "wrong"))
    _, smtp = await check_mailbox(wrong, real.reach)
    assert (smtp.failed, smtp.kind) == (Step.LOGIN, Kind.BAD_CREDENTIALS)
    assert smtp.error
    assert (smtp.error.evidence.status, smtp.error.evidence.provider_code) == (535, "5.7.8")


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
async def test_dovecot_takes_good_tokens_and_explains_bad_ones(real: Real, mechanism, monkeypatch):
    for client in ("imap_client", "smtp_client"):
        monkeypatch.setattr(f"mailwarden.providers.imap.{client}.MECHANISMS", (mechanism,))

    async def good() -> str:
        return GOOD

    async def bad() -> str:
        return "bad-token"

    account = real.account()
    by_token = replace(account, login=Login(USER, token=good), smtp_login=Login(USER, token=good))
    await prove_life(by_token, real.reach)
    dead = Login(USER, token=bad)
    for refused in (replace(by_token, login=dead), replace(by_token, smtp_login=dead)):
        with pytest.raises(LoginRefused) as failure:
            await prove_life(refused, real.reach)
        assert failure.value.kind is Kind.BAD_TOKEN


async def test_messages_go_in_and_come_out_of_dovecot(real: Real):
    async with reading(real.account(), real.reach) as client:
        uid = await client.append("INBOX", MESSAGE, "\\Flagged")
        assert uid is not None
        await client.select(read_only=False)
        assert uid in await client.search("HEADER", "Message-ID", b"<1@firm.test>")
        (found,) = await client.fetch([uid])
        assert (found.body, "\\Flagged" in found.flags) == (MESSAGE, True)
        await client.store([uid], "+FLAGS", "\\Seen")
        assert uid not in await client.search("UNSEEN")


async def test_dovecot_wakes_an_idle_client(real: Real):
    async with reading(real.account(), real.reach) as waiting:
        before = (await waiting.select()).exists
        woken = asyncio.ensure_future(waiting.idle())
        await asyncio.sleep(0.3)
        async with reading(real.account(), real.reach) as other:
            await other.append("INBOX", MESSAGE)
        assert await woken == before + 1


async def test_a_message_is_submitted_through_dovecot(real: Real):
    real.relay.delivered.clear()
    sent = await send(real.account(), real.reach, ("far@away.test",), MESSAGE)
    assert sent.accepted == ("far@away.test",)
    (taken,) = real.relay.delivered
    assert taken.recipients == ["far@away.test"]
    assert taken.raw.endswith(b"\r\n\r\n.dotted\r\nBody.\r\n")


async def test_dovecot_greets_without_a_login(real: Real):
    assert await greets("imap", Server("127.0.0.1", real.dovecot.imap, "starttls"), real.reach)
    assert await greets("smtp", Server("127.0.0.1", real.dovecot.submission, "starttls"), real.reach)
    assert not await greets(
        "smtp", Server("127.0.0.1", real.dovecot.imap, "starttls"), replace(real.reach, deadline_s=2)
    )


async def test_postfix_takes_the_password_the_sender_and_the_message(real: Real):
    with running_postfix(real.relay.port, real.dovecot) as port:
        account = replace(real.account(), smtp=Server("127.0.0.1", port, "starttls"))
        _, smtp = await check_mailbox(account, real.reach)
        assert smtp.failed is None, smtp
        _, smtp = await check_mailbox(replace(account, smtp_login=Login(USER, "wrong")), real.reach)
        assert (smtp.failed, smtp.kind) == (Step.LOGIN, Kind.BAD_CREDENTIALS)
        _, smtp = await check_mailbox(replace(account, address=OTHER), real.reach)
        assert (smtp.failed, smtp.kind) == (Step.SENDER, Kind.SENDER_REFUSED)
        plain = replace(account, smtp=Server("127.0.0.1", port, "none"))
        _, smtp = await check_mailbox(plain, real.reach)
        assert (smtp.failed, smtp.kind) == (Step.LOGIN, Kind.TLS_REQUIRED)
        real.relay.delivered.clear()
        assert (await send(account, real.reach, (OTHER,), MESSAGE)).accepted == (OTHER,)
        for _ in range(100):
            if real.relay.delivered:
                break
            await asyncio.sleep(0.1)
        assert [one.recipients for one in real.relay.delivered] == [[OTHER]]

"""Test, proof of life, reading and sending, against the sandbox's servers."""

import asyncio
import socket
import ssl
from dataclasses import replace

import pytest

from mailwarden.core.egress import EgressGuard
from mailwarden.providers.base import Cause, EgressRefused, Signal
from mailwarden.providers.imap.mailbox import prove_life, reading, send
from mailwarden.providers.imap.mailbox import test_mailbox as check_mailbox
from mailwarden.providers.imap.problems import Kind, LoginRefused, SenderRefused, ServerTrouble, Step, Throttled
from mailwarden.providers.imap.servers import Server
from tests.sandbox.mail import BOX, PASSWORD, token_for

OTHER = "mailbox2@sandbox.test"
MESSAGE = b"From: a@there.test\r\nSubject: Hello\r\n\r\n.dotted\r\nBody.\r\n"
ORDER = {
    "tls": ("resolve", "connect", "tls", "greeting", "login"),
    "starttls": ("resolve", "connect", "greeting", "tls", "login"),
    "none": ("resolve", "connect", "greeting", "login"),
}


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
async def test_a_good_mailbox_passes_every_step(world, security):
    imap, smtp = await check_mailbox(world.account(security), world.reach)
    assert imap.passed == (*ORDER[security], "folders")
    assert smtp.passed == (*ORDER[security], "sender")
    assert {folder.role for folder in imap.folders} == {None, "sent", "drafts", "trash"}
    assert imap.inbox
    assert (imap.inbox.uid_validity, imap.inbox.uid_next) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "kind", "cause"),
    [
        ("change_password", Kind.BAD_CREDENTIALS, Cause.CREDENTIALS_REJECTED),
        ("admin_block", Kind.ACCOUNT_BLOCKED, Cause.ADMIN_POLICY),
        ("disable_account", Kind.ACCOUNT_DISABLED, Cause.ACCOUNT_DISABLED),
    ],
)
async def test_a_refused_login_is_tried_once_and_nowhere_else(world, fault, kind, cause):
    world.break_(fault)
    with pytest.raises(LoginRefused) as refused:
        await prove_life(world.account(), world.reach)
    assert (refused.value.kind, refused.value.cause, refused.value.step) == (kind, cause, Step.LOGIN)
    assert refused.value.evidence.signal is Signal.API_REFUSED
    assert world.logins() == ["IMAP"]


async def test_the_test_tells_how_far_it_came(world):
    world.break_("change_password")
    imap, smtp = await check_mailbox(world.account(), world.reach)
    assert (imap.passed, imap.failed, imap.kind) == (ORDER["tls"][:4], Step.LOGIN, Kind.BAD_CREDENTIALS)
    assert (smtp.passed, smtp.failed) == ((), None)
    assert world.logins() == ["IMAP"]


async def test_another_password_of_the_other_server_is_still_tried(world):
    account = world.account()
    imap, smtp = await check_mailbox(replace(account, login=replace(account.login, password="no")), world.reach)
    assert imap.failed is Step.LOGIN
    assert smtp.failed is None


async def test_a_healthy_mailbox_costs_one_login_on_each_server(world):
    await prove_life(world.account(), world.reach)
    assert world.logins() == ["IMAP", "SMTP"]


async def test_no_secret_is_in_any_evidence(world):
    world.break_("reply", path="/imap/AUTHENTICATE", text=f"{{tag}} NO [AUTHENTICATIONFAILED] for {BOX} {PASSWORD}")
    with pytest.raises(LoginRefused) as refused:
        await prove_life(world.account(), world.reach)
    told = str(refused.value.evidence.as_json())
    assert PASSWORD not in told
    assert BOX not in told


@pytest.mark.parametrize(
    ("fault", "params", "kind"),
    [
        ("reset", {}, Kind.CLOSED),
        ("garbled", {}, Kind.PROTOCOL),
        ("bye", {}, Kind.SERVER_TROUBLE),
        ("status", {"code": 503}, Kind.SERVER_TROUBLE),
        ("timeout", {"hold_s": 5}, Kind.TIMEOUT),
        ("bad_literal", {"path": "/imap/EXAMINE"}, Kind.PROTOCOL),
        ("reply", {"path": "/imap/EXAMINE", "text": "{tag} NO [INUSE] busy"}, Kind.SERVER_TROUBLE),
        ("reply", {"path": "/imap/AUTHENTICATE", "text": "{tag} NO [UNAVAILABLE] down"}, Kind.SERVER_TROUBLE),
        ("reply", {"path": "/imap/AUTHENTICATE", "text": "{tag} BAD huh"}, Kind.PROTOCOL),
        ("reply", {"path": "/smtp/AUTH", "text": "421 4.3.0 later", "close": True}, Kind.SERVER_TROUBLE),
        ("reply", {"path": "/smtp/MAIL", "text": "451 4.7.1 greylisted"}, Kind.SERVER_TROUBLE),
    ],
)
async def test_trouble_on_the_wire_never_blames_the_password(world, fault, params, kind):
    world.break_(fault, **params)
    with pytest.raises(ServerTrouble) as trouble:
        await prove_life(world.account(), world.in_time(0.6))
    assert trouble.value.kind is kind
    assert trouble.value.evidence.signal is None


@pytest.mark.parametrize("first", ["imap", "smtp"])
@pytest.mark.parametrize("text", ["550 5.7.1 not yours", "553 5.7.1 not owned", "554 5.7.60 no send as", "550 no"])
async def test_a_refused_sender_is_neither_trouble_nor_a_refused_password(world, text, first):
    world.break_("reply", path="/smtp/MAIL", text=text)
    with pytest.raises(SenderRefused) as refused:
        await prove_life(world.account(), world.in_time(2), first)
    assert refused.value.kind is Kind.SENDER_REFUSED
    assert refused.value.evidence.message == text.split(" ", 2 if "5.7" in text else 1)[-1]
    imap, smtp = await check_mailbox(world.account(), world.in_time(2))
    assert (imap.failed, smtp.failed) == (None, Step.SENDER)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/smtp/AUTH", "454 4.7.0 Too many login attempts, please try again later."),
        ("/imap/AUTHENTICATE", "{tag} NO [ALERT] Too many simultaneous connections. (Failure)"),
    ],
)
async def test_throttled_logins_wait_a_quarter_of_an_hour(world, path, text):
    world.break_("reply", path=path, text=text)
    with pytest.raises(Throttled) as throttled:
        await prove_life(world.account(), world.reach)
    assert throttled.value.retry_after_s >= 900
    assert throttled.value.evidence.answered


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
@pytest.mark.parametrize(
    ("port", "security", "step", "kind"),
    [
        ("plain", "tls", Step.TLS, Kind.TLS_NOT_SPOKEN),
        ("tls", "starttls", Step.GREETING, Kind.NO_GREETING),
        ("closed", "tls", Step.CONNECT, Kind.CONNECTION_REFUSED),
    ],
)
async def test_wrong_ports_are_told_apart(world, unused_tcp_port, protocol, port, security, step, kind):
    plain, tls = {
        "imap": (world.ports.imap, world.ports.imaps),
        "smtp": (world.ports.submission, world.ports.submissions),
    }[protocol]
    server = Server("127.0.0.1", {"plain": plain, "tls": tls, "closed": unused_tcp_port}[port], security)
    tested = await check_mailbox(replace(world.account(), **{protocol: server}), world.in_time(0.6))
    told = tested[0 if protocol == "imap" else 1]
    assert (told.failed, told.kind) == (step, kind)


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def test_a_strange_certificate_is_refused_before_any_password(world):
    reach = replace(world.reach, tls=ssl.create_default_context())
    imap, smtp = await check_mailbox(world.account(), reach)
    assert (imap.kind, smtp.kind) == (Kind.TLS_CERTIFICATE, Kind.TLS_CERTIFICATE)
    assert world.logins() == []


async def test_hosts_inside_are_refused_without_a_connection(world):
    reach = replace(world.reach, guard=EgressGuard())
    imap, _ = await check_mailbox(world.account(), reach)
    assert (imap.failed, imap.kind) == (Step.RESOLVE, Kind.HOST_BLOCKED)
    with pytest.raises(EgressRefused):
        await prove_life(world.account(), reach)


async def test_no_password_leaves_unprotected_save_to_the_operators_own_network(world):
    async def elsewhere(host: str, port: int) -> list[str]:
        return ["93.184.216.34"]

    reach = replace(world.reach, guard=EgressGuard(ports=None, resolve=elsewhere))
    imap, smtp = await check_mailbox(world.account("none"), reach)
    assert (imap.kind, smtp.kind) == (Kind.UNPROTECTED, Kind.UNPROTECTED)


async def test_tokens_log_in_until_they_are_revoked(world):
    access = token_for(world.sandbox, world.owner)

    async def supply() -> str:
        return access.token

    account = world.account(token=supply)
    await prove_life(account, world.reach)
    access.dead = True
    with pytest.raises(LoginRefused) as refused:
        await prove_life(account, world.reach)
    assert (refused.value.kind, refused.value.cause) == (Kind.BAD_TOKEN, Cause.ACCESS_REVOKED)


async def test_the_text_of_a_dead_token_over_smtp(world):
    async def supply() -> str:
        return "dead"

    account = replace(world.account(), smtp_login=world.account(token=supply).smtp_login)
    with pytest.raises(LoginRefused) as refused:
        await prove_life(account, world.reach)
    assert (refused.value.evidence.status, refused.value.evidence.provider_code) == (535, "5.7.8")


async def test_a_message_is_sent_as_it_is(world):
    sent = await send(world.account(), world.reach, (OTHER, "far@away.test"), MESSAGE)
    assert sent.accepted == (OTHER, "far@away.test")
    taken = world.sandbox.world.submitted[0]
    assert (taken.sender, taken.recipients, taken.raw) == (BOX, (OTHER, "far@away.test"), MESSAGE)


async def test_one_refused_recipient_does_not_stop_the_others(world):
    world.break_("reply", path="/smtp/RCPT/far@*", text="550 5.1.1 No such user")
    sent = await send(world.account(), world.reach, (OTHER, "far@away.test"), MESSAGE)
    assert sent.accepted == (OTHER,)
    assert (sent.refused["far@away.test"].status, sent.refused["far@away.test"].code) == (550, "5.1.1")


@pytest.mark.parametrize(
    ("fault", "params", "kind", "sent"),
    [
        ("reset", {"path": "/smtp/MESSAGE"}, Kind.CLOSED, True),
        ("timeout", {"path": "/smtp/MESSAGE", "hold_s": 3}, Kind.TIMEOUT, True),
        (
            "reply",
            {"path": "/smtp/MESSAGE", "text": "550 5.4.5 Daily user sending limit exceeded"},
            Kind.DAILY_CAP,
            False,
        ),
        ("reset", {"path": "/smtp/DATA"}, Kind.CLOSED, False),
        ("reset", {"path": "/smtp/QUIT"}, None, False),
    ],
)
async def test_a_broken_send_says_whether_it_may_have_arrived(world, fault, params, kind, sent):
    world.break_(fault, **params)
    if kind is None:
        assert (await send(world.account(), world.reach, (OTHER,), MESSAGE)).accepted == (OTHER,)
        return
    with pytest.raises(ServerTrouble) as trouble:
        await send(world.account(), world.in_time(0.5), (OTHER,), MESSAGE)
    assert (trouble.value.kind, trouble.value.sent) == (kind, sent)


async def test_what_was_promised_stays_true_though_the_goodbye_hangs(world, monkeypatch):
    """Told as unsent it would be sent a second time."""
    real, never = asyncio.StreamWriter.drain, asyncio.Event()
    said = []

    def write(self, data):
        said.append(data)
        self.transport.write(data)

    async def drain(self):
        await (never.wait() if said[-1:] == [b"QUIT\r\n"] else real(self))

    monkeypatch.setattr(asyncio.StreamWriter, "write", write)
    monkeypatch.setattr(asyncio.StreamWriter, "drain", drain)
    assert (await send(world.account(), world.in_time(0.5), (OTHER,), MESSAGE)).accepted == (OTHER,)
    assert b"QUIT\r\n" in said


@pytest.mark.parametrize("address", ["a@b.test>\r\nRCPT TO:<c@d.test", "no address", "<>@x"])
async def test_an_address_cannot_carry_a_command(world, address):
    with pytest.raises(ValueError, match="not an address"):
        await send(world.account(), world.reach, (address,), MESSAGE)
    assert world.logins() == []


async def test_reading_finds_fetches_marks_and_files(world):
    for number in range(3):
        world.owner.mailbox.add("INBOX", MESSAGE.replace(b"Hello", b"Hello %d" % number))
    async with reading(world.account(), world.reach) as client:
        inbox = await client.select(read_only=False)
        assert (inbox.exists, inbox.uid_next) == (3, 4)
        assert await client.search("SUBJECT", b"Hello 1") == [2]
        found = await client.fetch([1, 3])
        assert [(one.uid, one.body[-7:]) for one in found] == [(1, b"Body.\r\n"), (3, b"Body.\r\n")]
        await client.store([3], "+FLAGS", "\\Seen")
        assert await client.search("UNSEEN") == [1, 2]
        assert await client.append("Sent", MESSAGE, "\\Seen") == 1
    assert [m.raw for m in world.owner.mailbox.messages("Sent")] == [MESSAGE]


async def test_idle_wakes_up_with_new_mail(world):
    async with reading(world.account(), world.reach) as client:
        await client.select()
        asyncio.get_running_loop().call_later(0.2, world.owner.mailbox.add, "INBOX", MESSAGE)
        assert await client.idle() == 1

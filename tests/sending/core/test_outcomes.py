"""What each way of failing leads to: nothing is sent twice, nothing is given up that could go, and people see why."""

import pytest
from sqlalchemy import update

from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.sending.suppression import suppress
from tests.sending.core.steps import open_box, states
from tests.support.world import World


@pytest.mark.parametrize("provider", ["google", "microsoft", "keap"])
@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_server_error_of_a_send_api_is_never_final(world: World, provider: str, code: int) -> None:
    """M2. It may have been sent, so it is looked for; where it was not, it stays unknown and is not dropped."""
    box = await open_box(world, provider)
    place = {"google": "*/messages/send", "microsoft": "*/send", "keap": "*/emails:send"}[provider]
    world.sandbox.fault(provider, box.linked.account, "status", code=code, path=place, count=1)
    message_id = await box.queue()
    await box.work()
    assert await states(box, message_id) == ("unknown", "unknown_outcome", ["unknown"])
    await box.work(15)
    assert (await box.message(message_id)).state == "unknown"
    assert box.sent() == []


SMTP = [
    # stage, the server's words, state, code, attempts
    ("/smtp/GREETING", "421 4.3.0 too busy", "queued", "provider_unavailable", "not_sent"),
    ("/smtp/EHLO", "421 4.3.0 go away", "queued", "provider_unavailable", "not_sent"),
    ("/smtp/AUTH", "454 4.7.0 Too many login attempts", "queued", "rate_limited", "not_sent"),
    ("/smtp/MAIL", "451 4.3.0 later", "queued", "provider_unavailable", "not_sent"),
    ("/smtp/MAIL", "553 5.7.1 not yours", "failed", "sender_refused", "refused"),
    ("/smtp/RCPT/*", "450 4.7.1 greylisted", "queued", "deferred", "not_sent"),
    ("/smtp/RCPT/*", "550 5.1.1 no such user", "failed", "refused", "refused"),
    ("/smtp/RCPT/*", "550 5.4.5 Daily user sending limit exceeded", "queued", "daily_cap", "not_sent"),
    ("/smtp/DATA", "451 4.3.0 later", "queued", "deferred", "not_sent"),
    ("/smtp/MESSAGE", "452 4.2.2 full", "queued", "deferred", "not_sent"),
    ("/smtp/MESSAGE", "554 5.7.1 spam", "failed", "refused", "refused"),
    ("/smtp/MESSAGE", "550 5.4.5 quota exceeded", "queued", "daily_cap", "not_sent"),
    ("/smtp/MESSAGE", "421 4.3.0 closing", "queued", "provider_unavailable", "not_sent"),
]


@pytest.mark.parametrize(("stage", "said", "state", "code", "outcome"), SMTP)
async def test_each_answer_of_smtp_means_what_the_standards_say(
    world: World, stage: str, said: str, state: str, code: str, outcome: str
) -> None:
    """M1."""
    box = await open_box(world, "imap")
    before = stage in ("/smtp/GREETING", "/smtp/EHLO")  # anybody signed in: no account is known
    scope = None if before else box.linked.account
    world.sandbox.fault("imap", scope, "reply", text=said, path=stage, count=1, close=before)
    message_id = await box.queue()
    await box.work()
    assert await states(box, message_id) == (state, code, [outcome])
    assert box.sent() == []
    for one in await box.recipients(message_id):
        assert one.state == ("refused" if state == "failed" else "waiting")


@pytest.mark.parametrize("stage", ["/smtp/EHLO", "/smtp/RCPT/*", "/smtp/MESSAGE", "/smtp/DELIVERED"])
async def test_a_wire_that_breaks_is_certain_until_the_last_dot_and_open_after_it(world: World, stage: str) -> None:
    box = await open_box(world, "imap")
    scope = None if stage == "/smtp/EHLO" else box.linked.account
    world.sandbox.fault("imap", scope, "reset", path=stage, count=1)
    message_id = await box.queue()
    await box.work()
    certain = stage in ("/smtp/EHLO", "/smtp/RCPT/*")
    assert (await states(box, message_id))[::2] == (("queued", ["not_sent"]) if certain else ("unknown", ["unknown"]))
    await box.work(31, times=3)
    assert len(box.sent()) == (1 if certain or stage == "/smtp/DELIVERED" else 0)


async def test_one_refused_recipient_does_not_keep_the_others_from_theirs(world: World) -> None:
    box = await open_box(world, "imap")
    text = "550 5.1.1 no such user"
    world.sandbox.fault("imap", box.linked.account, "reply", text=text, path="/smtp/RCPT/gone@*", count=1)
    message_id = await box.queue("ada@else.test", "gone@else.test")
    await box.work()
    found = {one.address: (one.state, one.bounce_kind) for one in await box.recipients(message_id)}
    assert found == {"ada@else.test": ("accepted", None), "gone@else.test": ("refused", "hard")}
    listed = (await box.linked.browser.get("/v1/suppressions")).json()["data"]
    assert [(one["address"], one["reason"]) for one in listed] == [("gone@else.test", "hard_bounce")]


@pytest.mark.parametrize("among", [False, True])
async def test_a_servers_words_tell_no_address_and_cannot_break_what_is_stored(
    world: World, caplog: pytest.LogCaptureFixture, *, among: bool
) -> None:
    """A NUL is no text to the database: without an answer stored the mail would be unknown for ever."""
    box = await open_box(world, "imap")
    text = "550 5.1.1 <gone@else.test>: no such\x00user"
    world.sandbox.fault("imap", box.linked.account, "reply", text=text, path="/smtp/RCPT/gone@*", count=1)
    message_id = await box.queue("gone@else.test", *(["ada@else.test"] if among else []))
    await box.work()
    message = await box.message(message_id)
    assert message.state == ("sent" if among else "failed")
    told = [one.state_detail for one in await box.recipients(message_id) if one.state == "refused"]
    evidence = [one.evidence for one in await box.attempts(message_id)]
    assert "no such user" in str(told)
    assert "gone@else.test" not in f"{message.failure_detail} {told} {evidence} {caplog.text}"
    assert not [one for one in caplog.records if "gone@else.test" in str(one.__dict__)]


async def test_a_deferred_mail_goes_later_and_others_meanwhile(world: World) -> None:
    box = await open_box(world, "imap")
    text = "450 4.7.1 greylisted"
    world.sandbox.fault("imap", box.linked.account, "reply", text=text, path="/smtp/RCPT/slow@*", count=1)
    slow, quick = await box.queue("slow@else.test"), await box.queue("ada@else.test")
    await box.work()
    assert [one.to for one in box.sent()] == [("ada@else.test",)]
    await box.work(61)
    assert [one.to for one in box.sent()] == [("ada@else.test",), ("slow@else.test",)]
    assert (await states(box, slow))[2] == ["accepted", "not_sent"]
    assert (await states(box, quick))[0] == "sent"


async def test_a_dead_connection_fails_visibly_with_its_cause_and_the_mail_can_be_sent_again(world: World) -> None:
    """L3."""
    box = await open_box(world, "microsoft")
    message_id = await box.queue()
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        mine = update(Connection).where(Connection.org_id == box.org_id, Connection.id == box.linked.id)
        await tx.session.execute(mine.values(status="inactive", cause="access_revoked"))
    await box.work()
    assert await states(box, message_id) == ("failed", "connection_inactive", [])
    assert (await box.message(message_id)).failure_detail
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await tx.session.execute(mine.values(status="connected", cause=None))
    answer = await box.linked.browser.post(f"/v1/messages/msg_{message_id.hex}/send", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    await box.work()
    assert (await states(box, message_id))[0] == "sent"


async def test_a_disconnect_fails_what_waits_and_another_account_never_sends_it(world: World) -> None:
    box = await open_box(world, "google")
    first, second = await box.queue(), await box.queue()
    await box.work()
    assert (await states(box, first))[0] == "sent"
    gone = await box.linked.browser.delete(f"/v1/connections/conn_{box.linked.id.hex}")
    assert gone.status_code == 200, gone.text
    await box.work(61)
    assert await states(box, second) == ("failed", "connection_disconnected", [])
    assert len(box.sent()) == 1


async def test_who_is_suppressed_meanwhile_gets_nothing(world: World) -> None:
    """M6."""
    box = await open_box(world, "google")
    alone, among = await box.queue("Ada@else.test"), await box.queue("ada@else.test", "bob@else.test")
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await suppress(tx, box.org_id, "ada@ELSE.test", "unsubscribed")
    await box.work()
    assert await states(box, alone) == ("failed", "suppressed", [])
    assert [(one.address, one.state) for one in await box.recipients(among)] == [
        ("ada@else.test", "refused"),
        ("bob@else.test", "accepted"),
    ]
    (mail,) = box.sent()
    assert "ada@" not in str(mail.parsed["To"])


async def test_a_mail_is_looked_for_once_the_connection_works_again(world: World) -> None:
    """It was dead as long as anybody looked."""
    box = await open_box(world, "microsoft")
    world.sandbox.fault("microsoft", box.linked.account, "reset", path="*/send", count=1, processed=True)
    message_id = await box.queue()
    await box.work()
    await world.admin.execute("UPDATE connections SET status = 'inactive' WHERE id = $1", box.linked.id)
    for seconds in (15, 60, 300, 1800, 7200, 86_400):
        await box.work(seconds)
    assert (await states(box, message_id))[0] == "unknown"
    assert (
        await world.admin.fetchval("SELECT count(*) FROM jobs WHERE kind = 'message.lookup' AND state = 'ready'") == 0
    )
    await world.admin.execute("UPDATE connections SET status = 'connected' WHERE id = $1", box.linked.id)
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await record(tx, EventType.CONNECTION_PERMISSION_RESTORED, connection_id=box.linked.id)
    await box.work(1)
    assert await states(box, message_id) == ("sent", None, ["found"])

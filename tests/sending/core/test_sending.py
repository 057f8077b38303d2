"""One mail over each of the four ways, against the sandbox over real sockets."""

import pytest

from tests.sending.core.steps import WAYS, open_box
from tests.support.world import World

EVERY_WAY = pytest.mark.parametrize("provider", WAYS)
# The call that sends, at the moment after it had its effect.
LOST = {"imap": "/smtp/DELIVERED", "google": "*/messages/send", "keap": "*/emails:send", "microsoft": "*/send"}


@EVERY_WAY
async def test_a_mail_leaves_once_and_says_so(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    message_id = await box.queue("ada@else.test", subject="Grüße")
    await box.work()
    message, attempts = await box.message(message_id), await box.attempts(message_id)
    assert (message.state, message.failure_code) == ("sent", None), message.failure_detail
    assert [one.outcome for one in attempts] == ["accepted"]
    assert [one.state for one in await box.recipients(message_id)] == ["accepted"]
    sent = box.sent()
    assert [one.subject for one in sent] == ["Grüße"]
    if provider != "keap":
        assert message.seen_id == sent[0].parsed["Message-ID"]
        assert "How are <b>you</b>?" in sent[0].parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
    await box.work(60, times=3)
    assert len(box.sent()) == 1


@EVERY_WAY
async def test_a_lost_answer_is_never_sent_again_and_is_found(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    world.sandbox.fault(provider, box.linked.account, "reset", path=LOST[provider], count=1, processed=True)
    message_id = await box.queue(subject="Only once")
    await box.work()
    assert (await box.message(message_id)).state == "unknown"
    await box.work(15)
    message = await box.message(message_id)
    assert len(box.sent()) == 1
    if provider != "imap":  # its server keeps no copy of its own, so nothing proves it
        assert (message.state, [one.outcome for one in await box.attempts(message_id)]) == ("sent", ["found"])
    else:
        assert message.state == "unknown"


async def test_who_does_not_let_us_write_drafts_can_still_send(world: World) -> None:
    box = await open_box(world, "microsoft")
    world.sandbox.fault("microsoft", box.linked.account, "remove_scopes", scopes=["Mail.ReadWrite"])
    message_id = await box.queue(subject="Without a draft")
    await box.work()
    await box.work(31)
    message = await box.message(message_id)
    assert (message.state, [one.subject for one in box.sent()]) == ("sent", ["Without a draft"]), message.failure_detail

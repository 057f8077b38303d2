"""Somebody has a mail sent once more: what is out already does not go again, and what was changed goes as it is now."""

from typing import Any
from uuid import UUID

import pytest

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import open_sending
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.outgoing import Handed, Outgoing
from mailwarden.sending import deliver, lookup
from mailwarden.sending.settle import settle
from mailwarden.sending.suppression import suppress
from tests.sending.core.steps import Box, open_box, states
from tests.sending.core.test_at_most_once import Killed, lose_worker
from tests.sending.core.test_sending import LOST
from tests.support.world import World


async def act(box: Box, message_id: UUID, what: str, **body: Any) -> None:
    answer = await box.linked.browser.post(f"/v1/messages/msg_{message_id.hex}/{what}", body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("provider", ["google", "microsoft", "keap"])
async def test_a_mail_that_lies_there_after_all_is_not_sent_again(world: World, provider: str) -> None:
    """The person decides within seconds, before anybody looked."""
    box = await open_box(world, provider)
    world.sandbox.fault(provider, box.linked.account, "reset", path=LOST[provider], count=1, processed=True)
    message_id = await box.queue(subject="Only once")
    await box.work()
    assert (await box.message(message_id)).state == "unknown"
    await act(box, message_id, "resolve", outcome="send_again")
    await box.work(120)
    assert len(box.sent()) == 1
    assert await states(box, message_id) == ("sent", None, ["found", "not_sent"])


async def test_who_cannot_look_at_first_looks_before_it_goes(world: World) -> None:
    box = await open_box(world, "google")
    world.sandbox.fault("google", box.linked.account, "reset", path=LOST["google"], count=1, processed=True)
    message_id = await box.queue()
    await box.work()
    await act(box, message_id, "resolve", outcome="send_again")
    world.sandbox.fault("google", box.linked.account, "status", code=503, path="*/users/me/messages")
    await box.work(61)
    assert (await states(box, message_id))[0] == "queued"
    world.sandbox.lift("google", box.linked.account)
    await box.work(120, times=2)
    assert len(box.sent()) == 1
    assert (await states(box, message_id))[0] == "sent"


@pytest.mark.parametrize("cancelled", [False, True])
async def test_the_answer_of_a_worker_that_was_given_up_still_keeps_the_second_copy_back(
    world: World, monkeypatch: pytest.MonkeyPatch, *, cancelled: bool
) -> None:
    box = await open_box(world, "imap")  # where nothing could be found
    message_id = await box.queue()
    kept: list[tuple[Any, Any]] = []

    async def late(_: Runtime, claimed: Any, result: Any) -> None:
        kept.append((claimed, result))
        raise Killed

    monkeypatch.setattr(deliver, "settle", late)
    with pytest.raises(Killed):
        await box.work()
    monkeypatch.setattr(deliver, "settle", settle)
    await lose_worker(world, box)
    await box.work()
    await act(box, message_id, "resolve", outcome="send_again")
    if cancelled:
        await act(box, message_id, "cancel")
    await settle(world.runtime, *kept[0])
    assert await states(box, message_id) == ("sent", None, ["accepted"])
    await box.work(120)
    assert len(box.sent()) == 1


async def test_a_look_that_finds_it_keeps_the_second_copy_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    box = await open_box(world, "google")
    world.sandbox.fault("google", box.linked.account, "reset", path=LOST["google"], count=1, processed=True)
    message_id = await box.queue()
    await box.work()

    async def meanwhile(rt: Runtime, row: Connection) -> Any:
        way = await open_sending(rt, row)

        async def look_up(outgoing: Outgoing) -> Handed | None:
            found = await way.look_up(outgoing)
            await act(box, message_id, "resolve", outcome="send_again")
            return found

        return type(way)(way.hand_over, look_up)

    monkeypatch.setattr(lookup, "open_sending", meanwhile)
    await box.work(15)
    assert await states(box, message_id) == ("sent", None, ["found"])
    await box.work(120)
    assert len(box.sent()) == 1


async def refused_order(world: World) -> tuple[Box, UUID]:
    """A draft lies at Graph, and the order to send it was refused for now."""
    box = await open_box(world, "microsoft")
    world.sandbox.fault("microsoft", box.linked.account, "status", code=429, path="*/send", count=1, retry_after=5)
    message_id = await box.queue("ada@else.test", "bob@else.test", subject="Old words")
    await box.work()
    assert await states(box, message_id) == ("queued", "rate_limited", ["not_sent"])
    return box, message_id


def drafts(box: Box) -> list[Any]:
    path = f"/accounts/microsoft/{box.linked.account}/messages"
    return list(box.world.sandbox.ask("GET", path, folder="Drafts")["messages"])


async def test_the_same_draft_goes_where_nothing_changed(world: World) -> None:
    box, message_id = await refused_order(world)
    await box.work(120)
    assert [one.subject for one in box.sent()] == ["Old words"]
    assert (await states(box, message_id), drafts(box)) == (("sent", None, ["accepted", "not_sent"]), [])


async def test_what_was_changed_goes_as_it_is_now_and_to_whom_it_is_for_now(world: World) -> None:
    box, message_id = await refused_order(world)
    await act(box, message_id, "cancel")
    await world.advance(10)  # as long as Microsoft asked for
    path = f"/v1/messages/msg_{message_id.hex}"
    tag = (await box.linked.browser.get(path)).headers["etag"]
    change = {"to": [{"address": "bob@else.test"}], "subject": "New words", "html": "<p>Changed</p>"}
    assert (await box.linked.browser.patch(path, change, headers={"If-Match": tag})).status_code == 200
    await act(box, message_id, "send")
    await box.work(120)
    (mail,) = [one.parsed for one in box.sent()]
    assert (mail["Subject"], mail["To"]) == ("New words", "bob@else.test")
    assert "Changed" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert drafts(box) == []


async def test_who_unsubscribed_since_is_not_in_the_draft_that_goes(world: World) -> None:
    """M6."""
    box, _ = await refused_order(world)
    async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
        await suppress(tx, box.org_id, "ada@else.test", "unsubscribed")
    await box.work(120)
    (mail,) = [one.parsed for one in box.sent()]
    assert mail["To"] == "bob@else.test"
    assert drafts(box) == []

"""At most once, always: workers die, leases run out, answers come too late."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mailwarden.connections.models import Connection
from mailwarden.connections.sending import open_sending
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.outgoing import Handed, Outgoing
from mailwarden.sending import deliver
from mailwarden.sending.models import SendAttempt
from mailwarden.sending.settle import settle
from tests.sending.core.steps import Box, open_box, states
from tests.support.world import World


async def lose_worker(world: World, box: Box) -> None:
    """Its lease runs out, and nothing that it knew is stored."""
    async with world.runtime.system.begin() as session:
        await session.execute(select(1))
    await world.admin.execute(
        "UPDATE jobs SET state = 'ready', lease_until = NULL, fence = fence + 1, due_at = app_now()"
        " WHERE kind = 'slot.send' AND key = $1",
        str(box.slot_id),
    )


class Killed(BaseException):
    """As a process that ends: nothing catches it."""


@pytest.mark.parametrize("moment", ["before the call", "after the call"])
@pytest.mark.parametrize("provider", ["google", "microsoft", "keap", "imap"])
async def test_a_worker_that_dies_around_the_call_sends_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, provider: str, moment: str
) -> None:
    """Q2."""
    box = await open_box(world, provider)
    real = open_sending

    async def dying(rt: Runtime, row: Connection) -> Any:
        way = await real(rt, row)

        async def hand_over(outgoing: Outgoing) -> Handed:
            if moment == "after the call":
                await way.hand_over(outgoing)
            raise Killed

        return type(way)(hand_over, way.look_up)

    message_id = await box.queue()
    monkeypatch.setattr(deliver, "open_sending", dying)
    with pytest.raises(Killed):
        await box.work()
    monkeypatch.setattr(deliver, "open_sending", real)
    assert await states(box, message_id) == ("sending", None, ["started"])
    await lose_worker(world, box)
    await box.work()
    assert await states(box, message_id) == ("unknown", "worker_died", ["unknown"])
    await box.work(15)
    await box.work(61, times=2)
    assert len(box.sent()) == (moment == "after the call")
    state, _, outcomes = await states(box, message_id)
    found = moment == "after the call" and provider != "imap"
    keeps = moment == "after the call" and provider == "imap"  # the copy in Sent is ours, and was made
    assert (state, outcomes) == (("sent", ["found"]) if found or keeps else ("unknown", ["unknown"]))


async def test_a_worker_that_was_given_up_still_settles_its_own_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await open_box(world, "google")
    message_id = await box.queue()
    kept: list[tuple[Any, Any]] = []

    async def late(rt: Runtime, claimed: Any, result: Any) -> None:
        kept.append((claimed, result))
        raise Killed

    monkeypatch.setattr(deliver, "settle", late)
    with pytest.raises(Killed):
        await box.work()
    monkeypatch.setattr(deliver, "settle", settle)
    await lose_worker(world, box)
    await box.work()
    assert (await states(box, message_id))[0] == "unknown"
    await settle(world.runtime, *kept[0])
    assert await states(box, message_id) == ("sent", None, ["accepted"])
    await settle(world.runtime, *kept[0])
    assert len(box.sent()) == 1


async def test_the_schema_holds_one_attempt_that_may_be_out(world: World) -> None:
    box = await open_box(world, "google")
    message_id = await box.queue()
    await box.work()
    (first,) = await box.attempts(message_id)

    async def begin_another() -> None:
        async with unit_of_work(world.runtime.sessions, box.org_id) as tx:
            again = {"message_id": message_id, "slot_id": box.slot_id, "number": 2, "started_at": first.started_at}
            tx.session.add(SendAttempt(org_id=box.org_id, outcome="started", **again))

    with pytest.raises(IntegrityError, match="uq_send_attempts_out"):
        await begin_another()

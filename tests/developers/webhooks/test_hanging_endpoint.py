"""Endpoints that hang: they hold few places of a worker, and nobody else waits for them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from mailwarden.core.db import unit_of_work
from mailwarden.core.places import NoPlace, Places
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks import pump, sending
from mailwarden.developers.webhooks.models import WebhookEndpoint
from mailwarden.worker import make_runner
from tests.conftest import NewClient
from tests.developers.webhooks.steps import happen, look_at, make_endpoint
from tests.fakes.receiver import Receiver, Reply, running_receiver
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain

DEADLINE_S = 4.0
SLOTS = 6  # of the worker


@pytest.fixture
def hanging() -> Iterator[Receiver]:
    with running_receiver() as running:
        running.reply = lambda _: Reply(after_s=1.2 * DEADLINE_S)
        yield running


@pytest.fixture(autouse=True)
def room(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setattr(sending, "DEADLINE_S", DEADLINE_S)
    made = runtime.places
    made.most, made.of_one, made.slow, made.slow_s = 4, 3, 2, 0.5
    return made


async def work(rt: Runtime, seconds: float) -> None:
    """A worker of so many places for so long: what is due is begun as soon as one is free."""
    runner, running, until = make_runner(rt), dict[UUID, asyncio.Task[bool]](), time.monotonic() + seconds
    while time.monotonic() < until:
        running = {job_id: task for job_id, task in running.items() if not task.done()}
        async with rt.system.begin() as session:
            due = await session.scalars(text("SELECT id FROM job_due(200, 200, interval '0 seconds')"))
        for job_id in due:
            if len(running) < SLOTS and job_id not in running:
                running[job_id] = asyncio.create_task(runner.run(job_id))
        await asyncio.sleep(0.05)
    await asyncio.gather(*running.values())


@asynccontextmanager
async def working(rt: Runtime, seconds: float) -> AsyncIterator[None]:
    """Whatever happens meanwhile, it has ended afterwards: else the tables would be emptied while it holds rows."""
    worker = asyncio.create_task(work(rt, seconds))
    try:
        yield
    finally:
        await worker


async def wait_for(receiver: Receiver, count: int) -> None:
    """Sooner than any of those that hang ends."""
    until = time.monotonic() + 0.7 * DEADLINE_S
    while len(receiver.got) < count:
        assert time.monotonic() < until, f"{len(receiver.got)} of {count} came"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("known", [False, True])
async def test_a_quick_endpoint_does_not_wait_for_hanging_ones(
    runtime: Runtime,
    owner: Browser,
    new_client: NewClient,
    hanging: Receiver,
    receiver: Receiver,
    room: Places,
    known: bool,
) -> None:
    """While nobody knows that they hang an organization's share bounds them, afterwards the places for slow ones."""
    other = await sign_up(new_client(), "other@example.com", "Other")
    await make_endpoint(other, receiver.url)
    for _ in range(SLOTS + 2):
        await make_endpoint(owner, hanging.url)
    await drain(runtime)
    if known:
        async with unit_of_work(runtime.sessions, owner.org_id) as tx:
            await tx.session.execute(update(WebhookEndpoint).values(failing_since=runtime.clock.now()))
    await happen(runtime, owner.org_id)
    async with working(runtime, 1.2):
        await wait_for(hanging, room.slow if known else room.of_one)
        await happen(runtime, other.org_id)
        await wait_for(receiver, 1)
        assert len(hanging.got) == (room.slow if known else room.of_one)
    assert (room.slow_taken, dict(room.taken)) == (0, {})


async def test_a_slow_answer_is_an_answer_and_ends_the_turn(
    runtime: Runtime, owner: Browser, receiver: Receiver, room: Places
) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.reply = lambda _: Reply(after_s=0.7)
    await happen(runtime, owner.org_id, 2 * pump.SIDE_BY_SIDE)
    await drain(runtime)
    assert len(set(receiver.ids)) == len(receiver.ids) == 2 * pump.SIDE_BY_SIDE
    assert (await look_at(owner, made))["health"] == "working"
    (endpoint_id,) = room.slow_until
    receiver.always(204)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert endpoint_id not in room.slow_until


def test_places_are_counted_and_given_back() -> None:
    room, one, other = Places(most=3, of_one=2, slow=1), uuid4(), uuid4()
    with room.take(one, uuid4(), 0) as first, room.take(one, uuid4(), 0) as second:
        with pytest.raises(NoPlace), room.take(one, uuid4(), 0.5):
            pass
        with room.take(other, uuid4(), 0), pytest.raises(NoPlace), room.take(uuid4(), uuid4(), 1):
            pass
        assert first.suits(failing=True)
        assert first.suits(failing=True)
        assert not second.suits(failing=True)
        assert second.suits(failing=False)
    assert (room.slow_taken, room.taken.total()) == (0, 0)

"""`GET /v1/events`: in order, without gaps, whoever commits when."""

import asyncio
import contextlib
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select, text

from mailwarden.core.db import unit_of_work
from mailwarden.core.housekeeping import prune_tenants
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.events.models import Event
from mailwarden.events.record import record
from mailwarden.events.retention import KEPT
from mailwarden.events.types import EventType
from tests.conftest import MakeConnection, NewClient
from tests.developers.webhooks.steps import happen, read_all, sign_in_again
from tests.factories import make_organization
from tests.support.browser import Browser, sign_up
from tests.support.database import admin_dsn
from tests.support.time import TimeMachine


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [one["sequence"] for one in events]


async def test_events_come_in_order_page_by_page(runtime: Runtime, owner: Browser) -> None:
    made = await happen(runtime, owner.org_id, 12)
    events = await read_all(owner, limit=5)
    assert numbers(events) == list(range(1, 13))
    assert [one["id"] for one in events] == [f"evt_{one.hex}" for one in made]
    assert events[0]["type"] == "sync.failed"
    assert events[0]["data"] == {"n": 0}


async def test_whoever_comes_back_gets_what_happened_meanwhile(runtime: Runtime, owner: Browser) -> None:
    first = (await owner.get("/v1/events")).json()
    assert first["data"] == []
    assert not first["has_more"]
    await happen(runtime, owner.org_id, 2)
    second = (await owner.get("/v1/events", params={"cursor": first["next_cursor"]})).json()
    third = (await owner.get("/v1/events", params={"cursor": second["next_cursor"]})).json()
    await happen(runtime, owner.org_id, 1)
    fourth = (await owner.get("/v1/events", params={"cursor": third["next_cursor"]})).json()
    assert [numbers(page["data"]) for page in (second, third, fourth)] == [[1, 2], [], [3]]


async def test_a_long_transaction_neither_holds_others_up_nor_is_passed(runtime: Runtime, owner: Browser) -> None:
    """It recorded first and commits last: its event comes last, and the reader who was there before gets it."""
    async with unit_of_work(runtime.sessions, owner.org_id) as long:
        await record(long, EventType.SYNC_STARTED)
        await long.session.flush()
        await asyncio.wait_for(happen(runtime, owner.org_id, 3), 2)
        page = (await owner.get("/v1/events")).json()
        assert numbers(page["data"]) == [1, 2, 3]
    later = (await owner.get("/v1/events", params={"cursor": page["next_cursor"]})).json()
    assert [(one["sequence"], one["type"]) for one in later["data"]] == [(4, "sync.started")]


async def test_a_transaction_that_fails_leaves_no_gap(runtime: Runtime, owner: Browser) -> None:
    await happen(runtime, owner.org_id)
    await write(runtime, owner.org_id, fails=True)
    await happen(runtime, owner.org_id)
    assert numbers(await read_all(owner)) == [1, 2]


async def write(rt: Runtime, org_id: UUID, *, count: int = 1, lasts_s: float = 0, fails: bool = False) -> None:
    """Records, works on for a while, and commits or fails."""
    with contextlib.suppress(ZeroDivisionError):
        async with unit_of_work(rt.sessions, org_id) as tx:
            for _ in range(count):
                await record(tx, EventType.SYNC_STARTED)
            await tx.session.flush()
            await asyncio.sleep(lasts_s)
            assert not fails or 1 / 0


async def follow(browser: Browser, limit: int, done: asyncio.Event) -> list[dict[str, Any]]:
    """A customer who polls until nothing more can come."""
    seen: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": limit}
    while True:
        last_look = done.is_set()
        page = (await browser.get("/v1/events", params=params)).json()
        seen += page["data"]
        params["cursor"] = page["next_cursor"]
        if last_look and not page["has_more"]:
            return seen


async def test_readers_among_many_writers_miss_nothing_and_see_nothing_twice(runtime: Runtime, owner: Browser) -> None:
    chance, done = random.Random(5), asyncio.Event()

    async def writer() -> None:
        for _ in range(8):
            count, lasts_s, fails = chance.randrange(1, 4), chance.uniform(0, 0.05), chance.random() < 0.2
            await write(runtime, owner.org_id, count=count, lasts_s=lasts_s, fails=fails)

    async def all_writers() -> None:
        await asyncio.gather(*(writer() for _ in range(8)))
        done.set()

    readers = [follow(owner, 3, done), follow(owner, 100, done)]
    *seen, _ = await asyncio.gather(*readers, all_writers())
    everything = await read_all(owner)
    assert numbers(everything) == list(range(1, len(everything) + 1))
    assert len(everything) > 60
    assert seen == [everything] * 2


async def test_each_organization_counts_by_itself(runtime: Runtime, owner: Browser) -> None:
    other, _ = await make_organization(runtime)
    await happen(runtime, other, 3)
    await happen(runtime, owner.org_id, 2)
    assert numbers(await read_all(owner)) == [1, 2]


async def test_filters_keep_the_numbers(runtime: Runtime, owner: Browser, make_connection: MakeConnection) -> None:
    connection = await make_connection()
    await happen(runtime, owner.org_id, 2)
    await happen(runtime, owner.org_id, 1, EventType.SYNC_STARTED, connection_id=connection.id)
    await happen(runtime, owner.org_id, 1, EventType.SYNC_SUCCEEDED)
    named = f"conn_{connection.id.hex}"
    assert numbers(await read_all(owner, connection_id=named)) == [3]
    assert numbers(await read_all(owner, type=["sync.failed", "sync.succeeded"], limit=1)) == [1, 2, 4]
    assert (await owner.get("/v1/events", params={"type": "no.such"})).status_code == 422


async def test_the_newest_first_ends_at_the_oldest(runtime: Runtime, owner: Browser) -> None:
    await happen(runtime, owner.org_id, 5)
    first = (await owner.get("/v1/events", params={"order": "desc", "limit": 3})).json()
    second = (await owner.get("/v1/events", params={"order": "desc", "cursor": first["next_cursor"]})).json()
    assert (numbers(first["data"]), numbers(second["data"])) == ([5, 4, 3], [2, 1])
    assert second["next_cursor"] is None


async def test_a_number_is_a_place_to_start_from(runtime: Runtime, owner: Browser) -> None:
    await happen(runtime, owner.org_id, 4)
    assert numbers(await read_all(owner)) == [1, 2, 3, 4]
    page = (await owner.get("/v1/events", params={"after": 2})).json()
    assert numbers(page["data"]) == [3, 4]
    both = await owner.get("/v1/events", params={"after": 2, "cursor": page["next_cursor"]})
    assert both.status_code == 422
    assert (await owner.get("/v1/events", params={"cursor": "made-up"})).status_code == 400


async def test_what_is_no_longer_kept_is_said_not_skipped(
    runtime: Runtime, owner: Browser, time_machine: TimeMachine
) -> None:
    await happen(runtime, owner.org_id, 3)
    cursor = (await owner.get("/v1/events", params={"limit": 1})).json()["next_cursor"]
    await time_machine.advance(timedelta(days=29, hours=23))
    await sign_in_again(owner)
    assert numbers(await read_all(owner)) == [1, 2, 3]
    await happen(runtime, owner.org_id, 2)
    await time_machine.advance(timedelta(days=runtime.config.retention.events_days - 29))
    await prune_tenants(runtime, KEPT)
    await sign_in_again(owner)
    gone = await owner.get("/v1/events", params={"cursor": cursor})
    assert (gone.status_code, gone.json()["code"]) == (410, "events_no_longer_kept")
    assert numbers(await read_all(owner)) == [4, 5]
    assert (await owner.get("/v1/events", params={"after": 3})).status_code == 200


async def test_one_event_by_its_id(runtime: Runtime, owner: Browser, new_client: NewClient) -> None:
    (event_id,) = await happen(runtime, owner.org_id, subject_id=owner.user_id)
    found = (await owner.get(f"/v1/events/evt_{event_id.hex}")).json()
    assert (found["sequence"], found["subject_id"]) == (1, f"sync_{owner.user_id.hex}")
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    assert (await stranger.get(f"/v1/events/evt_{event_id.hex}")).status_code == 404
    assert await read_all(stranger) == []


async def test_all_types_are_explained(owner: Browser) -> None:
    told = (await owner.get("/v1/event-types")).json()["data"]
    assert {one["type"] for one in told} == set(EventType)
    assert all(one["description"] for one in told)


async def test_nobody_chooses_a_number(runtime: Runtime, owner: Browser) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        tx.session.add(Event(org_id=owner.org_id, type="sync.failed", position=40))
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        assert list(await tx.session.scalars(select(Event.position))) == [1]


async def test_an_organization_can_be_removed_with_what_it_just_recorded(
    runtime: Runtime, servers: EmbeddedServers, database: str
) -> None:
    org_id, _ = await make_organization(runtime)
    admin = await asyncpg.connect(admin_dsn(servers, database))
    try:
        async with admin.transaction():
            await admin.execute("INSERT INTO events (id, org_id, type) VALUES (uuidv7(), $1, 'sync.failed')", org_id)
            await admin.execute("DELETE FROM organizations WHERE id = $1", org_id)
        assert await admin.fetchval("SELECT count(*) FROM event_positions") == 0
    finally:
        await admin.close()


async def test_the_number_is_locked_for_the_commit_only(runtime: Runtime, owner: Browser) -> None:
    """Two transactions that both recorded may commit in either order, without waiting for each other."""
    async with unit_of_work(runtime.sessions, owner.org_id) as one:
        await record(one, EventType.SYNC_STARTED)
        await one.session.flush()
        async with unit_of_work(runtime.sessions, owner.org_id) as two:
            await two.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            await record(two, EventType.SYNC_FAILED)
    assert [one["type"] for one in await read_all(owner)] == ["sync.failed", "sync.started"]

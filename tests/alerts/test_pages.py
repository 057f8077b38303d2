"""Paging holds while the list changes: who was there throughout is shown exactly once."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete

from mailwarden.alerts.models import Alert
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from tests.support.browser import Browser


async def add(rt: Runtime, org_id: UUID, rng: random.Random, count: int) -> list[UUID]:
    """Few different times, so that many rows share one."""
    ids = [new_id() for _ in range(count)]
    async with unit_of_work(rt.sessions, org_id) as tx:
        for alert_id in ids:
            at = rt.clock.now() - timedelta(seconds=rng.randrange(4))
            tx.session.add(
                Alert(id=alert_id, org_id=org_id, kind="integration_recovered", title="x", body="x", created_at=at)
            )
    return ids


async def remove(rt: Runtime, org_id: UUID, ids: list[UUID]) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        await tx.session.execute(delete(Alert).where(Alert.org_id == org_id, Alert.id.in_(ids)))


@pytest.mark.parametrize("seed", range(12))
async def test_the_pages_hold_everything_that_stayed_and_nothing_twice(
    runtime: Runtime, owner: Browser, seed: int
) -> None:
    rng = random.Random(seed)
    stays = await add(runtime, owner.org_id, rng, rng.randrange(1, 40))
    goes = await add(runtime, owner.org_id, rng, 10)
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": rng.randrange(1, 9)}
    while True:
        page = (await owner.get("/v1/alerts", params=params)).json()
        assert len(page["data"]) <= int(params["limit"])
        seen += [alert["id"] for alert in page["data"]]
        if not page["has_more"]:
            assert page["next_cursor"] is None
            break
        params["cursor"] = page["next_cursor"]
        await add(runtime, owner.org_id, rng, rng.randrange(3))
        await remove(runtime, owner.org_id, [goes.pop() for _ in range(min(2, len(goes)))])
    assert len(seen) == len(set(seen))
    assert {format_id("alrt", one) for one in stays} <= set(seen)


async def test_a_page_has_twenty_five_and_at_most_a_hundred(runtime: Runtime, owner: Browser) -> None:
    await add(runtime, owner.org_id, random.Random(1), 101)
    assert len((await owner.get("/v1/alerts")).json()["data"]) == 25
    assert len((await owner.get("/v1/alerts", params={"limit": 100})).json()["data"]) == 100
    for limit in (0, 101, -1, "x"):
        assert (await owner.get("/v1/alerts", params={"limit": limit})).status_code == 422

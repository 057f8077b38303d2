"""What a killed worker held is free as soon as somebody works in its place; what living ones hold stays theirs."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.settings import Settings
from mailwarden.worker import running_pool
from tests import factories
from tests.core.test_damaged_queue import ask, ends, rt

__all__ = ["rt"]

DEAD, LIVING = "a-team:0", "a-team:1"
TAKE = text("SELECT id FROM job_claim(:id, :kinds, '{3600}', :place)")


async def held_by(rt: Runtime, org_id: UUID, place: str, begun: int = 1) -> UUID:
    key = await ask(rt, org_id)
    async with unit_of_work(rt.sessions, org_id) as tx:
        job_id = await tx.session.scalar(select(Job.id).where(Job.key == str(key)))
    async with rt.system.begin() as session:
        assert await session.scalar(TAKE, {"id": job_id, "kinds": [PROBE], "place": place}) == job_id
    async with unit_of_work(rt.sessions, org_id) as tx:
        await tx.session.execute(update(Job).where(Job.id == job_id).values(attempt=begun))
    return key


async def told(rt: Runtime, org_id: UUID, key: UUID, column: InstrumentedAttribute[Any]) -> Any:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await tx.session.scalar(select(column).where(Job.key == str(key)))


async def test_what_the_dead_held_is_done_at_once(rt: Runtime, with_redis: Settings) -> None:
    org_id, _ = await factories.make_organization(rt)
    of_the_dead = [await held_by(rt, org_id, DEAD) for _ in range(3)]
    of_the_living = await held_by(rt, org_id, LIVING)
    what_may_have_killed_it = await held_by(rt, org_id, DEAD, begun=3)
    async with running_pool(rt, with_redis, place=DEAD):
        for key in of_the_dead:
            assert await ends(rt, org_id, key)
    for key in (of_the_living, what_may_have_killed_it):
        assert await told(rt, org_id, key, Job.state) == "leased"


async def test_the_dead_one_may_not_end_what_another_took_over(rt: Runtime, with_redis: Settings) -> None:
    """Should it live after all: the fence went on."""
    org_id, _ = await factories.make_organization(rt)
    key = await held_by(rt, org_id, DEAD)
    before = await told(rt, org_id, key, Job.fence)
    async with running_pool(rt, with_redis, place=DEAD):
        assert await ends(rt, org_id, key)
    assert await told(rt, org_id, key, Job.fence) == before + 1


@pytest.mark.parametrize("place", [LIVING, None])
async def test_a_worker_signs_what_it_claims(rt: Runtime, with_redis: Settings, place: str | None) -> None:
    org_id, _ = await factories.make_organization(rt)
    async with running_pool(rt, with_redis, place=place):
        key = await ask(rt, org_id)
        assert await ends(rt, org_id, key)
    assert await told(rt, org_id, key, Job.held_by) == place

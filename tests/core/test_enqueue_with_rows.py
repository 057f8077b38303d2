"""A job is asked for beneath the mapper; what the caller still holds back is written first nevertheless."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.runtime import Runtime
from tests import factories
from tests.core.support import KIND, Bench


async def begin(tx: UnitOfWork) -> tuple[UUID, UUID]:
    """A new organization and person, not flushed yet."""
    org_id, user_id = new_id(), new_id()
    await tx.act_as(user_id)
    await tx.act_for(org_id)
    tx.session.add(Organization(id=org_id, name="Acme"))
    tx.session.add(User(id=user_id, email=f"{user_id.hex}@example.test", name="Pat", password_hash="!"))
    return org_id, user_id


async def jobs_of(rt: Runtime, org_id: UUID) -> list[str]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(Job.key).where(Job.org_id == org_id)))


async def members_of(tx: UnitOfWork, org_id: UUID) -> list[UUID]:
    return list(await tx.session.scalars(select(Membership.user_id).where(Membership.org_id == org_id)))


async def test_what_is_held_back_is_written_before_the_job(runtime: Runtime) -> None:
    """Else callers that lock rows first, then the job, would meet those that do it the other way round."""
    async with unit_of_work(runtime.sessions) as tx:
        org_id, user_id = await begin(tx)
        await enqueue(tx, KIND, user_id)
        assert not tx.session.new
        (await tx.session.get_one(Organization, org_id)).name = "Renamed"
        await enqueue(tx, KIND, org_id)
        assert not tx.session.dirty
    assert set(await jobs_of(runtime, org_id)) == {str(user_id), str(org_id)}


async def test_rows_that_point_at_rows_of_the_same_unit_are_written_with_it(runtime: Runtime) -> None:
    async with unit_of_work(runtime.sessions) as tx:
        org_id, user_id = await begin(tx)
        await enqueue(tx, KIND, org_id)
        tx.session.add(Membership(org_id=org_id, user_id=user_id, role="owner"))
        await enqueue(tx, KIND, user_id, payload={"user_id": str(user_id)})
    assert set(await jobs_of(runtime, org_id)) == {str(org_id), str(user_id)}
    async with unit_of_work(runtime.sessions, org_id) as tx:
        assert await members_of(tx, org_id) == [user_id]


async def test_a_row_that_cannot_be_written_takes_the_job_with_it(runtime: Runtime) -> None:
    org_id, _ = await factories.make_organization(runtime)

    async def point_at_nobody() -> None:
        async with unit_of_work(runtime.sessions, org_id) as tx:
            tx.session.add(Membership(org_id=org_id, user_id=new_id(), role="member"))
            await enqueue(tx, KIND, "lost")

    with pytest.raises(IntegrityError):
        await point_at_nobody()
    assert await jobs_of(runtime, org_id) == []


async def test_the_same_job_twice_beside_changed_rows_is_one_row(runtime: Runtime) -> None:
    async with unit_of_work(runtime.sessions) as tx:
        org_id, user_id = await begin(tx)
        for _ in range(2):
            await enqueue(tx, KIND, user_id)
            (await tx.session.get_one(Organization, org_id)).name += " again"
    assert await jobs_of(runtime, org_id) == [str(user_id)]


async def test_nobody_is_woken_before_the_rows_are_there(bench: Bench) -> None:
    """Due or not, the job is seen together with what it is about."""
    bench.org_id, _ = await factories.make_organization(bench.rt)
    found: list[list[UUID]] = []

    async def look(_: object) -> None:
        async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
            found.append(await members_of(tx, bench.org_id))

    bench.then = look
    async with unit_of_work(bench.rt.sessions) as tx:
        user_id = new_id()
        await tx.act_as(user_id)
        await tx.act_for(bench.org_id)
        tx.session.add(User(id=user_id, email=f"{user_id.hex}@example.test", name="Kim", password_hash="!"))
        await tx.session.flush()
        tx.session.add(Membership(org_id=bench.org_id, user_id=user_id, role="member"))
        await enqueue(tx, KIND, user_id)
        assert await bench.due() == []
    assert len(await bench.due()) == 1
    await bench.run()
    assert [user_id in members for members in found] == [True]


async def test_a_handler_that_ends_in_its_own_unit_keeps_what_it_held_back(bench: Bench) -> None:
    """Guard and end look at the job through the session: what waits there is written, and once."""
    bench.org_id, user_id = await factories.make_organization(bench.rt)

    async def rename(lease: object) -> None:
        async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
            await tx.act_as(user_id)
            await bench.ran[-1].guard(tx)
            (await tx.session.get_one(Organization, bench.org_id)).name = "Renamed"
            await enqueue(tx, "another", "one")
            await bench.ran[-1].finish(tx)

    bench.then = rename
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await enqueue(tx, KIND, "pat")
    await bench.run()
    async with unit_of_work(bench.rt.sessions, bench.org_id) as tx:
        await tx.act_as(user_id)
        assert (await tx.session.get_one(Organization, bench.org_id)).name == "Renamed"
    assert sorted(await jobs_of(bench.rt, bench.org_id)) == ["one", "pat"]

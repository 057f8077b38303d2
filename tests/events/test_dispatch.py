from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Job, JobKinds, enqueue
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listener, dispatch_kind, merge
from mailwarden.events.models import Event
from mailwarden.events.record import record
from mailwarden.events.types import DESCRIPTIONS, EventType
from tests.factories import make_organization


async def fact(rt: Runtime, org_id: UUID, type: EventType = EventType.SYNC_FAILED) -> UUID:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await record(tx, type, subject_id=new_id(), data={"n": 1})


async def jobs(rt: Runtime, org_id: UUID) -> list[Job]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(Job).order_by(Job.kind)))


async def dispatch(rt: Runtime, org_id: UUID, *listeners: Listener) -> None:
    kinds = JobKinds().add(dispatch_kind({EventType.SYNC_FAILED: listeners}))
    runner = JobRunner(rt, kinds, rt.sessions, rt.system, rt.rng)
    for job in await jobs(rt, org_id):
        await runner.run(job.id)


async def enqueue_effect(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    await enqueue(tx, "effect", event.id, payload=event.data)


async def test_a_fact_and_the_job_that_tells_it_commit_together(runtime: Runtime) -> None:
    org_id, _ = await make_organization(runtime)
    event_id = await fact(runtime, org_id)
    (job,) = await jobs(runtime, org_id)
    assert (job.kind, job.key) == ("event_dispatch", str(event_id))


async def test_a_fact_belongs_to_an_organization(runtime: Runtime) -> None:
    async with unit_of_work(runtime.sessions) as tx:
        with pytest.raises(ValueError, match="organization"):
            await record(tx, EventType.SYNC_FAILED)


async def test_every_listener_hears_it_once(runtime: Runtime) -> None:
    org_id, _ = await make_organization(runtime)
    heard: list[Any] = []

    async def listen(_: Runtime, __: UnitOfWork, event: Event) -> None:
        heard.append(event.data)

    await fact(runtime, org_id)
    await dispatch(runtime, org_id, listen, listen)
    await dispatch(runtime, org_id, listen, listen)
    assert heard == [{"n": 1}] * 2


async def test_a_failing_listener_takes_the_others_effects_back_and_is_told_again(runtime: Runtime) -> None:
    org_id, _ = await make_organization(runtime)

    async def fail(*_: Any) -> None:
        raise RuntimeError

    await fact(runtime, org_id)
    await dispatch(runtime, org_id, enqueue_effect, fail)
    assert [(job.kind, job.state, job.attempt) for job in await jobs(runtime, org_id)] == [
        ("event_dispatch", "ready", 1)
    ]


async def test_effects_and_the_end_of_the_job_are_one(runtime: Runtime) -> None:
    org_id, _ = await make_organization(runtime)
    await fact(runtime, org_id)
    await dispatch(runtime, org_id, enqueue_effect)
    found = [(job.kind, job.state) for job in await jobs(runtime, org_id)]
    assert found == [("effect", "ready"), ("event_dispatch", "done")]


async def test_what_nobody_listens_to_ends_quietly(runtime: Runtime) -> None:
    org_id, _ = await make_organization(runtime)
    await fact(runtime, org_id, EventType.SYNC_STARTED)
    await dispatch(runtime, org_id)
    assert [job.state for job in await jobs(runtime, org_id)] == ["done"]


def test_listeners_of_all_features_are_heard_in_order() -> None:
    async def first(*_: Any) -> None: ...

    async def second(*_: Any) -> None: ...

    merged = merge({EventType.SYNC_FAILED: [first]}, {EventType.SYNC_FAILED: [second], EventType.SYNC_STARTED: [first]})
    assert merged == {EventType.SYNC_FAILED: [first, second], EventType.SYNC_STARTED: [first]}


def test_every_fact_is_described_and_named_as_a_past_event_of_something() -> None:
    assert set(DESCRIPTIONS) == set(EventType)
    assert all(len(type.value.split(".")) == 2 for type in EventType)

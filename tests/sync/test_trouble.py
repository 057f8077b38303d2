"""A provider that does not give what was asked for: the run waits at its checkpoint, or ends honestly."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.sync.start import RUN
from mailwarden.worker import make_runner
from tests.support.jobs import drain
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk
from tests.sync.portal import Portal, always, once

BROKEN = httpx.Response(500, json={"message": "internal error"})


def refused(status: int, category: str, **more: Any) -> httpx.Response:
    body = {"status": "error", "category": category, "message": f"said {category}", "correlationId": "corr-9"}
    return httpx.Response(status, json=body | more)


async def wait_out(runtime: Runtime, time_machine: TimeMachine, minutes: float, step_s: float = 30) -> None:
    for _ in range(int(minutes * 60 / step_s)):
        await time_machine.advance(step_s)
        await drain(runtime)


async def job_of(desk: Desk, run_id: UUID) -> UUID:
    """The run's own: the organization has other work that is due."""
    async with unit_of_work(desk.runtime.sessions, desk.org_id) as tx:
        asked = select(Job.id).where(Job.kind == RUN, Job.key == str(run_id))
        return (await tx.session.scalars(asked)).one()


async def test_a_page_that_fails_is_asked_again_from_the_checkpoint(
    runtime: Runtime, desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(8)
    portal.trouble = always(BROKEN, after="3")
    run_id = await desk.start()
    await drain(runtime)
    waiting = await desk.run(run_id)
    assert (waiting.status, waiting.campaigns_processed) == ("running", 3)
    assert "does not answer" in (waiting.note or "")
    portal.trouble = None
    before = len(portal.asked)
    await wait_out(runtime, time_machine, 1)
    run = await desk.run(run_id)
    assert (run.status, run.campaigns_processed, run.totals) == ("success", 8, portal.sums())
    assert portal.asked[before]["after"] == "3"
    assert run.note is None


async def test_an_outage_ends_the_run_and_leaves_what_was_known(
    runtime: Runtime, desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(5)
    await desk.sync()
    age = (await desk.row()).data_as_of
    portal.add(4)
    portal.trouble = always(BROKEN, after="3")
    run_id = await desk.start()
    await drain(runtime)
    await wait_out(runtime, time_machine, 12)
    run = await desk.run(run_id)
    assert (run.status, run.partial) == ("failed", True)
    assert run.error is not None
    assert run.error["code"] == "provider_unavailable"
    assert (await desk.row()).data_as_of == age
    assert "sync.failed" in await desk.events()
    assert all(one.gone_at is None for one in (await desk.campaigns()).values())


async def test_a_refusal_fails_the_run_with_the_providers_words(
    runtime: Runtime, desk: Desk, portal: Portal, replies: Any
):
    portal.trouble = always(refused(403, "MISSING_SCOPES", errors=[{"context": {"requiredScopes": ["content"]}}]))
    run = await desk.sync()
    assert (run.status, run.partial) == ("failed", False)
    assert run.error == {
        "code": "permission_missing",
        "title": "A permission is missing at HubSpot",
        "detail": "said MISSING_SCOPES",
        "provider_code": "MISSING_SCOPES",
        "provider_request_id": "corr-9",
    }
    assert (await desk.row()).status == "verifying"


async def test_a_short_rate_limit_is_waited_out(
    runtime: Runtime, desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(4)
    limited = httpx.Response(429, headers={"retry-after": "40"}, json={"policyName": "TEN_SECONDLY_ROLLING"})
    portal.trouble = once(2, limited)
    run_id = await desk.start()
    await drain(runtime)
    assert "no room for more requests" in ((await desk.run(run_id)).note or "")
    await wait_out(runtime, time_machine, 1)
    assert (await desk.run(run_id)).status == "success"


async def test_a_long_rate_limit_ends_the_run_and_the_next_one_starts_when_it_is_over(
    runtime: Runtime, desk: Desk, portal: Portal
):
    now = runtime.clock.now()
    await desk.set(sync_frequency="daily", next_sync_at=now + timedelta(hours=20))
    portal.trouble = always(httpx.Response(429, headers={"retry-after": "1800"}, json={}))
    run = await desk.sync()
    assert run.status == "failed"
    assert (run.error or {})["code"] == "rate_limited"
    planned = (await desk.row()).next_sync_at
    assert planned is not None
    assert timedelta(minutes=29) < planned - now < timedelta(minutes=31)


async def test_a_listing_that_leads_in_a_circle_ends(desk: Desk, portal: Portal):
    portal.add(9)
    original = portal.page

    def circle(params: dict[str, str]) -> dict[str, Any]:
        page = original(params)
        page["paging"] = {"next": {"after": "3" if params.get("after") == "6" else "6"}}
        return page

    portal.page = circle  # type: ignore[method-assign]
    run = await desk.sync()
    assert (run.status, run.partial) == ("failed", True)
    assert (run.error or {})["code"] == "cursor_loop"
    assert len(portal.asked) < 20


async def test_a_total_that_is_never_reached_is_no_success(desk: Desk, portal: Portal):
    portal.add(4)
    portal.total_offset = 1
    run = await desk.sync()
    assert (run.status, run.partial) == ("failed", True)
    assert (run.error or {})["detail"].startswith("The provider says 5 campaigns, its pages held 4.")


async def test_a_total_that_changes_while_it_is_read_is_read_until_it_is_right(desk: Desk, portal: Portal):
    portal.add(9)
    count = 0

    def deletes_one(_: httpx.Request) -> None:
        nonlocal count
        count += 1
        if count == 2:
            del portal.emails["e00001"]

    portal.trouble = deletes_one
    run = await desk.sync()
    found = await desk.campaigns()
    assert run.status == "success"
    assert {name for name, one in found.items() if one.last_seen_run_id == run.id} >= set(portal.emails)


async def test_campaigns_sent_while_the_list_is_read_are_in_it(desk: Desk, portal: Portal):
    portal.add(6)

    def adds_one(request: httpx.Request) -> None:
        if request.url.params.get("after") == "3" and len(portal.emails) == 6:
            portal.add(1)

    portal.trouble = adds_one
    run = await desk.sync()
    assert (run.status, run.campaigns_processed) == ("success", 7)


async def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
    runtime: Runtime, desk: Desk, portal: Portal, time_machine: TimeMachine
):
    """As kill -9 leaves it: no word, a lease that runs out, and the checkpoint."""
    portal.add(12)
    reached, hang = asyncio.Event(), asyncio.Event()
    sent = runtime.http._transport

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.params.get("after") == "6":
                reached.set()
                await hang.wait()
            return await sent.handle_async_request(request)

    runtime.http._transport = Hanging()
    run_id = await desk.start()
    job_id = await job_of(desk, run_id)
    first = asyncio.create_task(make_runner(runtime).run(job_id))
    await asyncio.wait_for(reached.wait(), 20)
    while (await desk.run(run_id)).campaigns_processed < 6:  # noqa: ASYNC110 - the row says so, nothing else does
        await asyncio.sleep(0.02)
    runtime.http._transport = sent
    await time_machine.advance(61)
    await drain(runtime)
    run = await desk.run(run_id)
    assert (run.status, run.campaigns_processed, run.totals) == ("success", 12, portal.sums())
    hang.set()  # the first one wakes up and finds itself replaced
    await asyncio.wait_for(first, 20)
    again = await desk.run(run_id)
    assert (again.campaigns_processed, again.calls_made, again.pages) == (12, run.calls_made, run.pages)


async def test_a_job_that_comes_twice_is_done_once(runtime: Runtime, desk: Desk, portal: Portal):
    portal.add(4)
    run_id = await desk.start()
    job_id = await job_of(desk, run_id)
    runner = make_runner(runtime)
    assert sorted(await asyncio.gather(runner.run(job_id), runner.run(job_id))) == [False, True]
    assert not await runner.run(job_id)
    [run] = await desk.runs()
    assert (run.status, run.campaigns_added) == ("success", 4)


async def test_a_bug_of_ours_does_not_block_the_connection_for_ever(
    runtime: Runtime, desk: Desk, portal: Portal, time_machine: TimeMachine, caplog: pytest.LogCaptureFixture
):
    def breaks(_: httpx.Request) -> None:
        raise KeyError("a bug")

    portal.trouble = breaks
    run_id = await desk.start()
    await drain(runtime)
    await wait_out(runtime, time_machine, 40, step_s=300)
    run = await desk.run(run_id)
    assert run.status == "failed"
    assert (run.error or {})["code"] == "internal_error"
    assert (await desk.row()).active_sync_id is None

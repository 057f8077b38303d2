"""The sync log and Sync Now, as a browser sees them."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import delete, select

from mailwarden.accounts.models import Membership, Session
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.sync import output
from mailwarden.sync.models import SyncRun
from tests.conftest import NewClient
from tests.organizations.steps import join
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk
from tests.sync.portal import Portal


def conn(desk: Desk) -> str:
    return f"/v1/connections/{format_id('conn', desk.connection.id)}"


async def sync_now(owner: Browser, desk: Desk) -> dict[str, Any]:
    answer = await owner.post(f"{conn(desk)}/syncs")
    assert answer.status_code == 202, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def test_sync_now_is_visible_at_once_and_ends_in_the_log(
    runtime: Runtime, owner: Browser, desk: Desk, portal: Portal
):
    portal.add(4)
    started = await sync_now(owner, desk)
    assert (started["type"], started["status"], started["progress"]) == ("manual", "queued", None)
    assert started["request_id"].startswith("req_")
    log = (await owner.get(f"{conn(desk)}/syncs")).json()
    assert [one["id"] for one in log["data"]] == [started["id"]]
    await drain(runtime)
    ended = (await owner.get(f"/v1/syncs/{started['id']}")).json()
    assert (ended["status"], ended["campaigns_processed"], ended["progress"]) == ("success", 4, 1.0)
    assert ended["totals"] == portal.sums()
    assert ended["duration_ms"] >= 0
    assert ended["error"] is None


async def test_a_second_sync_now_returns_the_running_one(owner: Browser, desk: Desk):
    first = await sync_now(owner, desk)
    assert (await sync_now(owner, desk))["id"] == first["id"]


async def test_many_at_once_start_one(owner: Browser, desk: Desk):
    found = await asyncio.gather(*(sync_now(owner, desk) for _ in range(8)))
    assert len({one["id"] for one in found}) == 1
    assert len(await desk.runs()) == 1


async def test_an_inactive_connection_is_refused_with_its_cause(runtime: Runtime, owner: Browser, desk: Desk):
    await desk.set(status="inactive", cause="access_revoked", inactive_since=runtime.clock.now())
    answer = await owner.post(f"{conn(desk)}/syncs")
    problem = answer.json()
    assert answer.status_code == 409
    assert (problem["code"], problem["action"]) == ("connection_inactive", "reconnect")
    assert problem["evidence"]["cause"] == "access_revoked"
    assert await desk.runs() == []


async def test_a_member_may_look_but_not_start(runtime: Runtime, owner: Browser, desk: Desk):
    async with unit_of_work(runtime.sessions, desk.org_id) as tx:
        (await tx.session.scalars(select(Membership).where(Membership.user_id == owner.user_id))).one().role = "member"
    refused = await owner.post(f"{conn(desk)}/syncs")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    assert (await owner.get(f"{conn(desk)}/syncs")).status_code == 200


async def test_another_organization_sees_nothing(owner: Browser, desk: Desk, new_client: NewClient):
    run = await sync_now(owner, desk)
    other = await sign_up(new_client(), "other@example.com", "Other")
    for path in (f"{conn(desk)}/syncs", f"/v1/syncs/{run['id']}", f"/v1/syncs/{run['id']}/events"):
        assert (await other.get(path)).status_code == 404
    assert (await other.get(f"/v1/syncs/{run['id']}/journal")).status_code == 404
    assert (await other.get("/v1/syncs")).json()["data"] == []


async def test_the_log_is_filtered_and_paged(runtime: Runtime, owner: Browser, desk: Desk, portal: Portal):
    for _ in range(3):
        await sync_now(owner, desk)
        await drain(runtime)
    portal.total_offset = 1
    portal.add(1)
    await desk.sync()
    assert len((await owner.get("/v1/syncs?status=failed")).json()["data"]) == 1
    assert len((await owner.get("/v1/syncs?type=manual")).json()["data"]) == 3
    ids, cursor = [], ""
    while cursor is not None:
        page = (await owner.get(f"/v1/syncs?limit=1{cursor and '&cursor=' + cursor}")).json()
        ids += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert ids == [format_id("sync", one.id) for one in reversed(await desk.runs())]
    foreign = await owner.get(f"{conn(desk)}/syncs?cursor=nonsense")
    assert foreign.status_code == 400


async def test_progress_is_streamed_to_the_end(runtime: Runtime, owner: Browser, desk: Desk, portal: Portal):
    portal.add(7)
    run = await sync_now(owner, desk)
    streaming = asyncio.create_task(owner.get(f"/v1/syncs/{run['id']}/events"))
    await asyncio.sleep(0.4)
    await drain(runtime)
    answer = await asyncio.wait_for(streaming, 20)
    assert answer.headers["content-type"].startswith("text/event-stream")
    states = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert states[0]["status"] == "queued"
    assert (states[-1]["status"], states[-1]["campaigns_processed"]) == ("success", 7)


async def test_a_stream_ends_with_the_session(
    owner: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch, runtime: Runtime
):
    monkeypatch.setattr(output, "ALLOWED_FOR_S", 0)
    run = await sync_now(owner, desk)
    streaming = asyncio.create_task(owner.get(f"/v1/syncs/{run['id']}/events"))
    await asyncio.sleep(0.4)
    assert not streaming.done()
    async with unit_of_work(runtime.sessions) as tx:
        await tx.act_as(owner.user_id)
        await tx.session.execute(delete(Session))
    answer = await asyncio.wait_for(streaming, 5)
    assert [line for line in answer.text.splitlines() if '"queued"' in line]


async def test_a_stream_ends_when_its_reader_is_removed(
    runtime: Runtime, owner: Browser, desk: Desk, new_client: NewClient
):
    member = await join(runtime, owner, new_client)
    run = await sync_now(owner, desk)
    streaming = asyncio.create_task(member.get(f"/v1/syncs/{run['id']}/events"))
    await asyncio.sleep(1.5)  # longer than a stream goes on without asking
    assert not streaming.done()
    assert (await owner.delete(f"/v1/members/{member.me['user']['id']}")).status_code == 204
    await asyncio.wait_for(streaming, 5)


async def test_a_stream_ends_when_the_session_expires(
    owner: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachine
):
    monkeypatch.setattr(output, "ALLOWED_FOR_S", 0)
    run = await sync_now(owner, desk)
    streaming = asyncio.create_task(owner.get(f"/v1/syncs/{run['id']}/events"))
    await asyncio.sleep(0.4)
    assert not streaming.done()
    await time_machine.advance(13 * 3600)
    await asyncio.wait_for(streaming, 5)


async def test_the_stream_of_an_unknown_run_is_a_problem(owner: Browser):
    answer = await owner.get(f"/v1/syncs/{format_id('sync', new_id())}/events")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_journal_is_paged_in_order(runtime: Runtime, owner: Browser, desk: Desk, portal: Portal):
    portal.add(8)
    run = await sync_now(owner, desk)
    await drain(runtime)
    first = (await owner.get(f"/v1/syncs/{run['id']}/journal?limit=2")).json()
    rest = (await owner.get(f"/v1/syncs/{run['id']}/journal?cursor={first['next_cursor']}")).json()
    assert [one["sequence"] for one in first["data"] + rest["data"]] == [1, 2, 3, 4]
    assert first["data"][0]["body_kept"] is True
    assert len(first["data"][0]["body_sha256"]) == 64


async def test_a_disconnect_says_beforehand_what_it_does(owner: Browser, desk: Desk, portal: Portal):
    portal.add(3)
    await desk.sync()
    await desk.start()
    preview = (await owner.get(f"{conn(desk)}/disconnect-preview")).json()
    assert preview["campaigns_kept"] == 3
    assert preview["stops"][0]["title"] == "The running sync"
    assert "3 campaigns" in preview["keeps"][0]["detail"]


async def test_two_open_runs_of_one_connection_cannot_be(desk: Desk):
    first, second = await desk.start(), await desk.start()
    assert first == second
    assert isinstance(await desk.run(first), SyncRun)

"""Are the schedulers alive, and do the providers accept our apps? Owners see their own work, operators all of it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from mailwarden.accounts.service import make_operator
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.connections.fakes import DEAD, TOKEN
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

BASE = "/v1/diagnostics"
INSTANCE = [
    ("GET", "/instance/scheduler"),
    ("GET", "/instance/providers"),
    ("POST", "/instance/providers/hubspot/check"),
]


async def operate(rt: Runtime) -> None:
    async with unit_of_work(rt.sessions) as tx:
        await make_operator(tx, "owner@example.com")


async def beat(rt: Runtime, worker: str, version: str = "1") -> None:
    async with rt.system.begin() as session:
        await session.execute(
            text("SELECT worker_beat(:worker, :version, 3, app_now(), false)"), {"worker": worker, "version": version}
        )


async def told(browser: Browser, path: str) -> dict[str, Any]:
    answer = await browser.get(BASE + path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_workers_are_seen_alive_or_dead(owner: Browser, runtime: Runtime, time_machine: TimeMachine) -> None:
    nobody = await told(owner, "/scheduler")
    assert (nobody["alive"], nobody["workers_alive"], nobody["last_claim_at"]) == (False, 0, None)
    await beat(runtime, "a")
    await beat(runtime, "b")
    assert (await told(owner, "/scheduler"))["workers_alive"] == 2
    await time_machine.advance(50)
    await beat(runtime, "b")
    await time_machine.advance(20)
    one = await told(owner, "/scheduler")
    assert (one["alive"], one["workers_alive"]) == (True, 1)
    await time_machine.advance(60)
    assert (await told(owner, "/scheduler"))["alive"] is False


async def test_late_work_is_counted_by_queue(
    owner: Browser, runtime: Runtime, time_machine: TimeMachine, new_client: NewClient
) -> None:
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    await drain(runtime)  # the mails of both sign-ups
    for browser, kinds in ((owner, ("probe", "refresh")), (stranger, ("probe",))):
        async with unit_of_work(runtime.sessions, browser.org_id) as tx:
            for kind in kinds:
                await enqueue(tx, kind, f"{kind}-{browser.org_id}")
    fast, bulk = (await told(owner, "/scheduler"))["queues"]
    assert (fast["queue"], fast["ready"], fast["overdue"], bulk["ready"]) == ("fast", 2, 0, 0)
    await time_machine.advance(120)
    fast, _ = (await told(owner, "/scheduler"))["queues"]
    assert (fast["overdue"], fast["oldest_kind"] in ("probe", "refresh")) == (2, True)
    assert 115 <= fast["oldest_overdue_s"] <= 130
    await operate(runtime)
    everybodys, _ = (await told(owner, "/instance/scheduler"))["queues"]
    assert (everybodys["ready"], everybodys["overdue"]) == (3, 3)


async def test_an_abandoned_job_is_told_apart_from_a_running_one(
    owner: Browser, runtime: Runtime, time_machine: TimeMachine
) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await enqueue(tx, "probe", "x")
    async with runtime.system.begin() as session:
        await session.execute(
            text("SELECT job_claim(id, ARRAY['probe'], ARRAY[60.0::float8]) FROM job_due(9, 9, interval '0')")
        )
    await operate(runtime)
    for path in ("/scheduler", "/instance/scheduler"):
        fast = (await told(owner, path))["queues"][0]
        assert (fast["running"], fast["abandoned"]) == (1, 0)
    await time_machine.advance(90)
    for path in ("/scheduler", "/instance/scheduler"):
        fast = (await told(owner, path))["queues"][0]
        assert (fast["running"], fast["abandoned"]) == (0, 1)


@pytest.mark.parametrize(("method", "path"), INSTANCE)
async def test_the_instance_is_the_operators_alone(
    owner: Browser, runtime: Runtime, replies: Replies, method: str, path: str
) -> None:
    refused = await owner.http.request(method, BASE + path)
    assert (refused.status_code, refused.json()["code"]) == (403, "operator_required")
    assert replies.requests == []
    await operate(runtime)
    replies[TOKEN] = DEAD
    assert (await owner.http.request(method, BASE + path)).status_code == 200


async def test_the_operator_sees_workers_by_name_and_version(owner: Browser, runtime: Runtime) -> None:
    await operate(runtime)
    await beat(runtime, "host:1", "9.9")
    (worker,) = (await told(owner, "/instance/scheduler"))["workers"]
    assert (worker["name"], worker["version"], worker["alive"], worker["loop_lag_ms"]) == ("host:1", "9.9", True, 3)


async def test_credentials_are_named_never_shown(owner: Browser, runtime: Runtime) -> None:
    await operate(runtime)
    answer = await owner.get(f"{BASE}/instance/providers")
    assert "our-secret" not in answer.text
    assert "our-client" not in answer.text
    apps = {one["provider"]: one for one in answer.json()["data"]}
    present = {one["name"]: one["present"] for one in apps["hubspot"]["settings"]}
    assert present["MAILWARDEN_PROVIDERS__HUBSPOT__CLIENT_SECRET"] is True
    assert (apps["hubspot"]["offered"], apps["hubspot"]["valid"]) == (True, None)
    assert apps["hubspot"]["redirect_uri"] == "http://127.0.0.1:8000/v1/oauth/callback/hubspot"


@pytest.mark.parametrize(
    ("reply", "valid", "words"),
    [
        (DEAD, True, "accepts our client id"),
        (httpx.Response(400, json={"status": "BAD_CLIENT_SECRET", "message": "no"}), False, "BAD_CLIENT_SECRET"),
        (httpx.Response(503, text="down"), None, "cannot tell"),
    ],
    ids=["accepted", "refused", "provider down"],
)
async def test_the_provider_is_asked_whether_it_accepts_our_app(
    owner: Browser, runtime: Runtime, replies: Replies, reply: httpx.Response, valid: bool | None, words: str
) -> None:
    await operate(runtime)
    replies[TOKEN] = reply
    answer = (await owner.post(f"{BASE}/instance/providers/hubspot/check")).json()
    assert answer["valid"] is valid
    assert words in answer["detail"]
    assert (await owner.post(f"{BASE}/instance/providers/nobody/check")).status_code == 404

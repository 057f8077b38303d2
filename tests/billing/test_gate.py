"""While nobody pays: the same refusal everywhere that work begins, nothing else is touched, and all comes back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailwarden.billing.gate import access_of
from mailwarden.connections.models import Connection
from mailwarden.connections.paid import keeps_alive
from mailwarden.connections.rules import Purpose
from mailwarden.connections.usability import is_supported, may_use
from mailwarden.core.db import reader
from mailwarden.core.ids import format_id
from mailwarden.sync.models import SyncRun
from tests import factories
from tests.billing.steps import Desk
from tests.connections.test_usability_agreement import SURFACES
from tests.support.browser import Browser

DAY = timedelta(days=1)
IMAP = {
    "address": "box@example.com",
    "password": "secret",
    "imap": {"host": "imap.example.com", "port": 993, "security": "tls"},
    "smtp": {"host": "smtp.example.com", "port": 465, "security": "tls"},
}


async def connect(desk: Desk, provider: str = "hubspot", **over: Any) -> Connection:
    return await factories.make_connection(desk.rt, desk.owner.org_id, provider=provider, **over)


async def fresh(desk: Desk, row: Connection) -> Connection:
    async with reader(desk.rt.sessions, row.org_id) as tx:
        return (await tx.session.scalars(select(Connection).where(Connection.id == row.id))).one()


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
async def test_every_surface_refuses_with_the_same_code_and_works_again_after_paying(desk: Desk, provider: str) -> None:
    row = await connect(desk, provider)
    before = [(await surface(desk.rt, desk.owner, row))[0] for surface in SURFACES[:-1]]
    await desk.look()
    await desk.pass_time(14 * DAY)
    for surface in SURFACES:
        usable, code = await surface(desk.rt, desk.owner, await fresh(desk, row))
        assert (usable, code) in {(False, "subscription_inactive"), (False, "not started")}, surface
    await desk.buy()
    assert before == [(await surface(desk.rt, desk.owner, await fresh(desk, row)))[0] for surface in SURFACES[:-1]]


async def test_all_work_is_refused_and_everything_else_is_not(desk: Desk) -> None:
    row = await connect(desk)
    key = format_id("conn", row.id)
    await desk.look()
    await desk.pass_time(14 * DAY)
    for path, body in (
        ("/v1/integrations/hubspot/connect", {}),
        (f"/v1/connections/{key}/reconnect", {}),
        (f"/v1/connections/{key}/test", None),
        (f"/v1/connections/{key}/syncs", None),
        ("/v1/metrics/reconciliation", {"connection_id": key}),
        ("/v1/integrations/imap/test", IMAP),
        ("/v1/integrations/imap/connect", IMAP),
    ):
        refused = await desk.owner.post(path, body)
        assert refused.status_code == 402, (path, refused.text)
        told = refused.json()
        assert (told["code"], told["action"]) == ("subscription_inactive", "open_billing")
        assert told["evidence"]["link"] == "/settings/billing"
        assert told["evidence"]["reason"] == "trial_over"
    for path in ("/v1/me", "/v1/integrations", f"/v1/connections/{key}", "/v1/campaigns", "/v1/syncs", "/v1/billing"):
        assert (await desk.owner.get(path)).status_code == 200, path
    assert (await desk.owner.get("/v1/audit-log/export")).status_code == 200


async def test_a_block_is_told_apart_from_a_broken_connection(desk: Desk) -> None:
    row = await connect(desk)
    await desk.look()
    await desk.pass_time(14 * DAY)
    shown = (await desk.owner.get(f"/v1/connections/{format_id('conn', row.id)}")).json()
    assert (shown["status"], shown["label"]) == ("connected", "Connected")
    async with reader(desk.rt.sessions, row.org_id) as tx:
        access = await access_of(desk.rt, tx, row.org_id)
    for purpose in Purpose:
        answer = may_use(row, purpose, desk.rt.clock.now(), access)
        supported = is_supported(row.provider, purpose)
        assert answer.code == ("subscription_inactive" if supported else "not_supported")
        assert not answer.usable
        assert (answer.action is not None and answer.action.code == "open_billing") == supported


async def test_an_open_run_ends_with_the_subscription(desk: Desk) -> None:
    row = await connect(desk)
    await desk.look()
    await desk.pass_time(14 * DAY - timedelta(minutes=1))
    started = await desk.owner.post(f"/v1/connections/{format_id('conn', row.id)}/syncs")
    assert started.status_code == 202
    await desk.pass_time(timedelta(minutes=2))
    async with reader(desk.rt.sessions, row.org_id) as tx:
        [run] = list(await tx.session.scalars(select(SyncRun).where(SyncRun.type == "manual")))
    assert (run.status, (run.error or {})["code"]) == ("failed", "subscription_inactive")


async def test_after_paying_integrations_are_tested_and_the_result_is_shown(desk: Desk) -> None:
    row = await connect(desk)
    await desk.look()
    await desk.pass_time(20 * DAY)
    assert (await desk.owner.get("/v1/integrations/retests")).json() == {"finished": True, "data": []}
    await desk.buy()
    await desk.work()
    told = (await desk.owner.get("/v1/integrations/retests")).json()
    assert told["finished"]
    [one] = told["data"]
    assert (one["connection_id"], one["ok"]) == (format_id("conn", row.id), False)  # nobody answers for HubSpot here
    assert one["detail"]


async def test_credentials_are_kept_alive_for_thirty_days_and_then_marked(desk: Desk) -> None:
    row = await connect(desk)
    await desk.look()
    await desk.pass_time(14 * DAY)
    await desk.pass_time(30 * DAY - timedelta(minutes=1))
    assert await keeps_alive(desk.rt, row.org_id)
    await desk.pass_time(timedelta(minutes=2))
    assert not await keeps_alive(desk.rt, row.org_id)
    marked = await fresh(desk, row)
    assert marked.status == "inactive"
    assert "no longer kept alive" in " ".join(desk.subjects())


async def test_the_plan_limits_connections(desk: Desk) -> None:
    await desk.buy("starter")
    for number in range(3):
        await connect(desk, external_id=f"48{number:06d}")
    refused = await desk.owner.post("/v1/integrations/hubspot/connect", {})
    assert (refused.status_code, refused.json()["code"]) == (402, "plan_limit_reached")
    await desk.do("change-plan", {"plan": "team"})
    assert (await desk.owner.post("/v1/integrations/hubspot/connect", {})).status_code == 200


async def test_self_hosted_refuses_nothing(owner: Browser) -> None:
    assert (await owner.post("/v1/integrations/hubspot/connect", {})).status_code == 200
    told = (await owner.get("/v1/billing/standing")).json()
    assert (told["mode"], told["may_work"], told["code"]) == ("self_hosted", True, "ok")


async def test_the_plan_limits_members_and_whoever_is_invited_counts(desk: Desk) -> None:
    await desk.buy("starter")
    answers = [
        await desk.owner.post("/v1/invitations", {"email": f"guest{number}@example.com", "role": "member"})
        for number in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 402]
    assert answers[1].json()["evidence"] == {"limit": "members", "allowed": 2, "link": "/settings/billing"}


async def test_what_is_used_is_counted_as_the_limits_count(desk: Desk) -> None:
    await connect(desk)
    await connect(desk, "google")
    await connect(desk, "klaviyo", status="disconnected")
    invited = await desk.owner.post("/v1/invitations", {"email": "new@example.com", "role": "member"})
    assert invited.status_code == 201, invited.text
    told = await desk.owner.get("/v1/billing/usage")
    assert told.json() == {"connections": 2, "mailboxes": 1, "members": 2}

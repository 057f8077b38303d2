"""Notices that belong to no outage: an authorization that will end, a permission that is gone."""

from datetime import timedelta
from pathlib import Path

from mailwarden.connections.grant_life import FORECAST
from mailwarden.connections.health import report_failure
from mailwarden.connections.rules import Actor
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Evidence, ScopesMissing, Signal
from tests.alerts.support import alerts, copies, mails
from tests.conftest import MakeConnection
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

CONTACTS = "crm.objects.contacts.read"


async def test_an_authorization_that_will_end_is_told_in_the_feed_and_by_mail(
    runtime: Runtime,
    owner: Browser,
    make_connection: MakeConnection,
    replies: Replies,
    time_machine: TimeMachine,
    tmp_path: Path,
) -> None:
    row = await make_connection(provider="klaviyo", status="verifying")  # which nobody keeps alive
    for days in (61, 1, 23, 4.5):
        await time_machine.advance(timedelta(days=days))
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            await enqueue(tx, FORECAST, row.id, due_at=runtime.clock.now() - SURELY, replace=True)
        await drain(runtime)
    titles = [one.title for one in await alerts(runtime, owner.org_id)]
    assert titles == [
        "Authorization ends within 30 days: Klaviyo – acme.test",
        "Authorization ends within 7 days: Klaviyo – acme.test",
        "Authorization ends within a day: Klaviyo – acme.test",
    ]
    assert [copy.state for copy in await copies(runtime, owner.org_id)] == ["sent"] * 3
    mail = next(one for one in mails(tmp_path / "mail") if "30 days" in one["Subject"])
    text, html = (part.get_content() for part in mail.iter_parts())
    for part in (text, html):
        assert "Ends at the latest" in part
        assert "not renewed for 90 days" in part
        assert "Reconnect Klaviyo" in part
    assert [one.card["days"] for one in await alerts(runtime, owner.org_id)] == [30, 7, 1]
    assert replies.requests == []


async def test_a_permission_that_goes_is_told_once_with_its_name_and_use(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    row = await make_connection()
    said = Evidence(Signal.SCOPES_MISSING, "api", "GET", "/contacts", "api.hubapi.com", 403, "MISSING_SCOPES", "no")
    for _ in range(3):
        async with unit_of_work(runtime.sessions, row.org_id) as tx:
            await report_failure(runtime, tx, row.id, ScopesMissing(said, (CONTACTS,)), Actor.SYNC)
        await drain(runtime)
    (alert,) = await alerts(runtime, owner.org_id)
    assert (alert.kind, alert.title) == ("permission_missing", "Permission missing: HubSpot – acme.test")
    assert CONTACTS in alert.body
    assert "Reads contacts." in alert.body
    (shown,) = (await owner.get("/v1/alerts", params={"kind": "permission_missing"})).json()["data"]
    assert shown["card"]["action"]["code"] == "grant_permission"

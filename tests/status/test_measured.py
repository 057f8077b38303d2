"""The measurement over all organizations: right sums, nothing of any tenant, and the page that shows them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mailwarden.connections.models import Connection, Credential, Episode, RefreshAttempt
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.status.measure import measure, start_up
from tests import factories
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, DETAILS, INTROSPECT, TOKEN, active, healthy, unauthorized
from tests.connections.steps import REVOKED, fail, live, now
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")


async def outage(
    rt: Runtime, row: Connection, took_s: float, *, cause: str = "access_revoked", ended_by: str | None = None
) -> None:
    """A verdict an hour ago that took so long, and its end half an hour later."""
    confirmed = rt.clock.now() - timedelta(hours=1)
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        tx.session.add(
            Episode(
                id=new_id(),
                org_id=row.org_id,
                connection_id=row.id,
                cause=cause,
                first_failed_at=confirmed - timedelta(seconds=took_s),
                confirmed_at=confirmed,
                ended_at=confirmed + timedelta(minutes=30) if ended_by else None,
                ended_by=ended_by,
            )
        )


async def attempts(rt: Runtime, row: Connection, **counts: int) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        for outcome, count in counts.items():
            for _ in range(count):
                tried = RefreshAttempt(
                    id=new_id(), org_id=row.org_id, connection_id=row.id, provider=row.provider, outcome=outcome
                )
                tx.session.add(tried)


async def figures(rt: Runtime) -> dict[str, Any]:
    return await measure(rt, rt.clock.now())


async def test_verdicts_of_all_organizations_are_counted_by_provider_and_cause(
    runtime: Runtime, make_connection: MakeConnection
) -> None:
    theirs, _ = await factories.make_organization(runtime, "Theirs")
    for took in (20, 40, 60):
        await outage(runtime, await make_connection(), took, ended_by="reconnected")
    await outage(runtime, await make_connection(org_id=theirs), 500)  # later than promised
    await outage(runtime, await make_connection(provider="klaviyo"), 350)
    found = await figures(runtime)
    assert (found["verdicts"], found["contradicted"], found["late"]) == (5, 0, 1)
    (hubspot,) = [one for one in found["causes"] if one["provider"] == "hubspot"]
    assert hubspot["detection_p50_s"] == 50
    assert hubspot["detection_p99_s"] > 480


@pytest.mark.parametrize(
    ("cause", "ended_by", "wrong"),
    [
        ("access_revoked", "recovered", 1),
        ("unknown", "recovered", 1),
        ("access_revoked", "reconnected", 0),
        ("access_revoked", "disconnected", 0),
        ("account_disabled", "recovered", 0),  # somebody enabled it again at the provider
        ("admin_policy", "recovered", 0),
    ],
)
async def test_a_verdict_that_nobody_mended_and_that_went_away_was_wrong(
    runtime: Runtime, make_connection: MakeConnection, cause: str, ended_by: str, wrong: int
) -> None:
    await outage(runtime, await make_connection(), 30, cause=cause, ended_by=ended_by)
    found = await figures(runtime)
    assert found["contradicted"] == wrong
    assert (found["status_accuracy"] < 1) == bool(wrong)


async def test_what_is_older_than_thirty_days_does_not_count(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    row = await make_connection()
    await outage(runtime, row, 30)
    await attempts(runtime, row, refreshed=3)
    await time_machine.advance(timedelta(days=31))
    found = await figures(runtime)
    assert (found["verdicts"], found["refresh_success"]) == (0, None)


async def test_one_that_is_shown_as_working_long_after_a_refusal_is_overdue(
    runtime: Runtime, make_connection: MakeConnection
) -> None:
    row, password = await make_connection(), await make_connection(provider="imap")
    await make_connection()
    refused_at = runtime.clock.now() - timedelta(minutes=10)
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        both = update(Credential).where(Credential.connection_id.in_([row.id, password.id]))
        await tx.session.execute(both.values(first_refused_at=refused_at))
    found = await figures(runtime)
    assert (found["overdue_now"], found["connections"]) == (1, 3)  # a password's verdict may take twelve minutes
    assert found["status_accuracy"] < 1


async def test_refreshes_are_counted_by_provider(runtime: Runtime, make_connection: MakeConnection) -> None:
    await attempts(runtime, await make_connection(), refreshed=9, unavailable=1, refused=4)
    await attempts(runtime, await make_connection(provider="klaviyo"), refreshed=2)
    found = await figures(runtime)
    shown = {one["provider"]: (one["refreshes"], one["refused"], one["refresh_success"]) for one in found["providers"]}
    assert shown == {"hubspot": (14, 4, 0.9), "klaviyo": (2, 0, 1.0)}
    assert found["refresh_success"] == round(11 / 12, 6)


async def test_a_real_death_is_measured(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
    row = await make_connection(external_id="4711")
    await fail(runtime, row, REVOKED)
    await live(runtime, time_machine, 60)
    assert (await now(runtime, row)).status == "inactive"
    found = await figures(runtime)
    assert (found["verdicts"], found["contradicted"], found["late"]) == (1, 0, 0)
    assert found["causes"][0]["detection_p99_s"] < 60


async def test_the_page_shows_what_was_measured_last(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine, replies: Replies
) -> None:
    healthy(replies)
    theirs, _ = await factories.make_organization(runtime, "Theirs")
    foreign = await make_connection(org_id=theirs, provider="klaviyo", account_label="secret.example")
    await outage(runtime, foreign, 30, ended_by="reconnected")
    first = (await owner.get("/v1/status")).json()
    assert first["measured"] is None
    await start_up(runtime)
    await drain(runtime)
    answer = await owner.get("/v1/status")
    measured = answer.json()["measured"]
    assert (measured["days"], measured["verdicts"], measured["verdict_accuracy"]) == (30, 1, 1.0)
    assert measured["providers"][0]["label"] == "Klaviyo"
    assert measured["causes"][0]["title"] == "Klaviyo no longer accepts our authorization"
    assert "secret.example" not in answer.text
    assert foreign.id.hex not in answer.text
    await time_machine.advance(301)
    await drain(runtime)
    assert (await owner.get("/v1/status")).json()["measured"]["measured_at"] > measured["measured_at"]


async def test_past_incidents_of_providers_are_listed(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
    for row in [await make_connection() for _ in range(5)]:
        await fail(runtime, row, REVOKED)
    told = (await owner.get("/v1/status")).json()
    assert [one["kind"] for one in told["recent_incidents"]] == ["refused"]
    assert told["incidents"] == told["recent_incidents"]

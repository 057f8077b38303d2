"""What connections record is what alerts understand, down to the words of the mail."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from mailwarden.alerts.jobs import JOBS, LISTENERS
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor
from mailwarden.connections.schemas import CauseCard
from mailwarden.connections.transitions import add_evidence, begin_verifying, end_episode, mark_inactive, recover
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import JobKinds
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import dispatch_kind
from mailwarden.providers.base import Cause
from tests.alerts.support import alerts, mails
from tests.conftest import MakeConnection
from tests.support.browser import Browser

REFUSAL = {
    "at": "2026-11-22T09:30:00+00:00",
    "signal": "api_refused",
    "operation": "identify",
    "method": "GET",
    "host": "api.hubapi.com",
    "path": "/account-info/v3/details",
    "status": 401,
    "provider_code": "INVALID_AUTHENTICATION",
    "message": "The access token is expired or revoked",
    "provider_request_id": "5f1c",
}


async def run_alerts(rt: Runtime) -> None:
    """Only the jobs that tell; those that would call the provider stay where they are."""
    kinds = JobKinds().add(dispatch_kind(LISTENERS), *JOBS)
    runner = JobRunner(rt, kinds, rt.sessions, rt.system, rt.rng)
    for _ in range(3):
        async with rt.system.begin() as session:
            due = list(await session.scalars(text("SELECT id FROM job_due(200, 200, interval '0 seconds')")))
        for job_id in due:
            await runner.run(job_id)


async def break_for_real(rt: Runtime, org_id: UUID, connection: Connection, cause: Cause) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        row = await get_connection(tx, org_id, connection.id, lock=True)
        add_evidence(row, REFUSAL)
        row.suspected_at = rt.clock.now()
        await begin_verifying(rt, tx, row, Actor.PROBE)
        await mark_inactive(rt, tx, row, cause, Actor.PROBE)
    await run_alerts(rt)


async def test_every_cause_is_told_in_full(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, tmp_path: Path
) -> None:
    for cause in Cause:
        await break_for_real(runtime, owner.org_id, await make_connection(account_label=f"for {cause}"), cause)
    raised = await alerts(runtime, owner.org_id)
    assert [alert.card["cause"] for alert in raised] == [cause.value for cause in Cause]
    for alert in raised:
        card = CauseCard.model_validate({name: alert.card[name] for name in CauseCard.model_fields})
        assert card.explanation in alert.body
    for mail in mails(tmp_path / "mail"):
        text_part = next(iter(mail.iter_parts())).get_content()
        assert "401 · INVALID_AUTHENTICATION" in text_part
        assert "{" not in text_part
        assert "None" not in text_part


async def test_a_recovery_follows_its_break(runtime: Runtime, owner: Browser, make_connection: MakeConnection) -> None:
    connection = await make_connection()
    await break_for_real(runtime, owner.org_id, connection, Cause.ACCESS_REVOKED)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        row = await get_connection(tx, owner.org_id, connection.id, lock=True)
        await recover(runtime, tx, row, Actor.PROBE)
    await run_alerts(runtime)
    kinds = [alert.kind for alert in await alerts(runtime, owner.org_id)]
    assert kinds == ["integration_disconnected", "integration_recovered"]


async def test_a_members_disconnect_ends_the_episode_without_a_notice(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    await break_for_real(runtime, owner.org_id, connection, Cause.ACCESS_REVOKED)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        row = await get_connection(tx, owner.org_id, connection.id, lock=True)
        await end_episode(runtime, tx, row, "disconnected")
    await run_alerts(runtime)
    assert [alert.kind for alert in await alerts(runtime, owner.org_id)] == ["integration_disconnected"]

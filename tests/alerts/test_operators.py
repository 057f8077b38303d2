"""Many failing alike: one notice and one recovery for those who run the instance, and no verdict meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from mailwarden.accounts.service import make_operator
from mailwarden.alerts.jobs import start_up
from mailwarden.alerts.models import OperatorNotice
from mailwarden.connections.incidents import close_breaker, open_breaker, report_redirect_fault
from mailwarden.connections.jobs import start_up as start_connections
from mailwarden.connections.models import Connection
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Evidence, Misconfigured
from tests import factories
from tests.accounts.steps import prove_address
from tests.alerts.support import alerts, mails
from tests.conftest import MakeConnection, NewClient
from tests.connections.fakes import DEAD, DETAILS, INTROSPECT, TOKEN, active, healthy, unauthorized
from tests.connections.steps import REVOKED, episodes, fail, live, now, succeed
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def operator(runtime: Runtime, new_client: NewClient) -> None:
    await prove_address(runtime, await sign_up(new_client(), "operator@example.com", "Ours"))
    async with unit_of_work(runtime.sessions) as tx:
        await make_operator(tx, "operator@example.com")
    await start_connections(runtime)
    await start_up(runtime)


async def told(rt: Runtime) -> list[tuple[str, str]]:
    async with reader(rt.sessions) as tx:
        asked = select(OperatorNotice).order_by(OperatorNotice.created_at)
        return [(one.kind, one.title) for one in await tx.session.scalars(asked)]


async def break_all(rt: Runtime, rows: list[Connection], replies: Replies) -> None:
    replies[DETAILS], replies[TOKEN], replies[INTROSPECT] = unauthorized, DEAD, active(is_active=False)
    for row in rows:
        await fail(rt, row, REVOKED)


async def test_an_incident_is_told_once_and_its_end_once(
    runtime: Runtime,
    owner: Browser,
    make_connection: MakeConnection,
    replies: Replies,
    time_machine: TimeMachine,
    tmp_path: Path,
) -> None:
    rows = [await make_connection() for _ in range(6)]
    await break_all(runtime, rows, replies)
    await live(runtime, time_machine, 240, step=15)
    assert await told(runtime) == [("opened", "HubSpot refuses many connections at once")]
    (banner,) = (await owner.get("/v1/status")).json()["incidents"]
    assert banner["title"] == "HubSpot refuses many connections at once"
    assert {(await now(runtime, row)).status for row in rows} == {"verifying"}
    healthy(replies)
    await live(runtime, time_machine, 240, step=15)
    assert [kind for kind, _ in await told(runtime)] == ["opened", "ended"]
    assert (await owner.get("/v1/status")).json()["incidents"] == []
    assert {(await now(runtime, row)).status for row in rows} == {"connected"}
    letters = mails(tmp_path / "mail")
    assert [one["To"] for one in letters] == ["operator@example.com"] * 2
    assert {one["Subject"].startswith("Over: ") for one in letters} == {True, False}
    for row in rows:  # no clock of any outage was started, and no customer was alarmed
        assert await episodes(runtime, row) == []
    assert await alerts(runtime, owner.org_id) == []


@pytest.mark.parametrize(("failing", "well"), [(4, 0), (5, 30)])
async def test_a_few_are_no_incident_and_get_their_verdict(
    runtime: Runtime,
    owner: Browser,
    make_connection: MakeConnection,
    replies: Replies,
    time_machine: TimeMachine,
    failing: int,
    well: int,
) -> None:
    """Fewer than five, or less than a fifth of those that were tried."""
    for row in [await make_connection() for _ in range(well)]:
        await succeed(runtime, row)
    broken = [await make_connection() for _ in range(failing)]
    await break_all(runtime, broken, replies)
    await live(runtime, time_machine, 60, step=15)
    assert await told(runtime) == []
    assert {(await now(runtime, row)).status for row in broken} == {"inactive"}


async def test_it_counts_over_organizations(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    rows = []
    for number in range(5):
        org_id, _ = await factories.make_organization(runtime, f"Org {number}")
        rows.append(await make_connection(org_id=org_id))
    await break_all(runtime, rows, replies)
    await live(runtime, time_machine, 60, step=15)
    assert {(await now(runtime, row)).status for row in rows} == {"verifying"}
    assert [kind for kind, _ in await told(runtime)] == ["opened"]


def refused(code: str) -> Misconfigured:
    said = Evidence(None, "exchange", "POST", "/oauth/token", "api.hubapi.com", 400, code, "does not match ours")
    return Misconfigured(said, "https://ours.example/v1/oauth/callback/hubspot", "does not match ours")


async def test_our_own_mistake_is_told_once_with_what_is_expected_and_what_came(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine, replies: Replies, tmp_path: Path
) -> None:
    healthy(replies)
    row = await make_connection()
    for _ in range(3):
        await report_redirect_fault(runtime, "hubspot", refused("BAD_REDIRECT_URI"))
        await open_breaker(runtime, "hubspot", refused("BAD_CLIENT_SECRET"))
        await time_machine.advance(31)
        await drain(runtime)
    await close_breaker(runtime, "hubspot")
    await time_machine.advance(31)
    await drain(runtime)
    assert [kind for kind, _ in await told(runtime)] == ["opened", "ended"]
    first = next(one for one in mails(tmp_path / "mail") if not one["Subject"].startswith("Over"))
    body = first.get_body(("plain",))
    assert body is not None
    assert "Expected: https://ours.example/v1/oauth/callback/hubspot." in body.get_content()
    assert "Actual: does not match ours." in body.get_content()
    assert (await now(runtime, row)).status == "connected"


async def test_a_redirect_fault_is_not_claimed_for_ever(runtime: Runtime, time_machine: TimeMachine) -> None:
    await report_redirect_fault(runtime, "klaviyo", refused("BAD_REDIRECT_URI"))
    for hours, still_open in ((20, 1), (5, 0)):
        await time_machine.advance(timedelta(hours=hours))
        await drain(runtime)
        async with reader(runtime.sessions) as tx:
            asked = text("SELECT count(*) FROM incidents WHERE ended_at IS NULL")
            assert await tx.session.scalar(asked) == still_open


async def test_an_incident_from_before_is_no_news(runtime: Runtime, time_machine: TimeMachine) -> None:
    await open_breaker(runtime, "klaviyo", refused("invalid_client"))
    await time_machine.advance(timedelta(days=2))
    await drain(runtime)
    assert await told(runtime) == []

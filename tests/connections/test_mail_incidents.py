"""Mail servers are many: what fails at one of them says nothing about the mailboxes at the others."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update

from mailwarden.connections.incidents import is_withheld, place_of
from mailwarden.connections.models import Connection, Credential
from mailwarden.connections.queries import open_incidents
from mailwarden.connections.transitions import VERIFY
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, Cause
from tests.conftest import MakeConnection, NewClient
from tests.connections.steps import fail, now, said, succeed
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine

WRONG_PASSWORD = AccessRevoked(said(operation="login"), Cause.CREDENTIALS_REJECTED)
DAY_S = 24 * 3600


async def mailboxes(make: MakeConnection, hosts: Sequence[str]) -> list[Connection]:
    rows = []
    for number, host in enumerate(hosts):
        rows.append(await make(provider="imap", external_id=f"person{number}@example.com at {host}"))
    return rows


async def refuse_for_good(rt: Runtime, rows: Sequence[Connection]) -> None:
    """Three times over ten minutes: enough for a verdict, unless it is withheld."""
    for row in rows:
        await fail(rt, row, WRONG_PASSWORD)
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            since = rt.clock.now() - timedelta(minutes=11)
            refused = update(Credential).where(Credential.connection_id == row.id)
            await tx.session.execute(refused.values(refusals=3, first_refused_at=since))
            await enqueue(tx, VERIFY, row.id)
    await drain(rt)


async def statuses(rt: Runtime, rows: Sequence[Connection]) -> set[str]:
    return {(await now(rt, row)).status for row in rows}


async def test_eight_of_twenty_at_one_server_are_an_incident_of_that_server_alone(
    runtime: Runtime, make_connection: MakeConnection, owner: Browser
) -> None:
    there = await mailboxes(make_connection, ["mail.example.com"] * 20)
    (elsewhere,) = await mailboxes(make_connection, ["mail.other.example"])
    for row in there[8:]:
        await succeed(runtime, row)
    await refuse_for_good(runtime, [*there[:8], elsewhere])
    assert await statuses(runtime, there[5:8]) == {"verifying"}
    seen = await now(runtime, elsewhere)
    assert (seen.status, seen.cause) == ("inactive", "credentials_rejected")
    async with reader(runtime.sessions) as tx:
        assert [(one.provider, one.host, one.kind) for one in await open_incidents(tx)] == [
            ("imap", "mail.example.com", "refused")
        ]
    (told,) = (await owner.get("/v1/status")).json()["incidents"]
    assert told["title"] == "Mail server mail.example.com refuses many connections at once"


async def test_eight_wrong_passwords_at_eight_servers_are_eight_verdicts(
    runtime: Runtime, make_connection: MakeConnection
) -> None:
    rows = await mailboxes(make_connection, [f"mail{number}.example.com" for number in range(8)])
    await refuse_for_good(runtime, rows)
    assert await statuses(runtime, rows) == {"inactive"}
    async with reader(runtime.sessions) as tx:
        assert await open_incidents(tx) == []


async def test_a_server_that_refuses_everybody_for_more_than_a_day_withholds_no_verdict(
    runtime: Runtime, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    rows = await mailboxes(make_connection, ["mail.example.com"] * 5)
    for row in rows:
        await fail(runtime, row, WRONG_PASSWORD)
    async with reader(runtime.sessions) as tx:
        assert await is_withheld(runtime, tx, place_of(rows[0]))
    await time_machine.advance(DAY_S + 1)
    async with reader(runtime.sessions) as tx:
        assert not await is_withheld(runtime, tx, place_of(rows[0]))


async def test_only_those_are_told_of_a_mail_server_who_use_it(
    runtime: Runtime, make_connection: MakeConnection, owner: Browser, new_client: NewClient
) -> None:
    for row in await mailboxes(make_connection, ["mail.example.com"] * 5):
        await fail(runtime, row, WRONG_PASSWORD)
    assert len((await owner.get("/v1/status")).json()["incidents"]) == 1
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    told = (await stranger.get("/v1/status")).json()
    assert (told["incidents"], told["recent_incidents"]) == ([], [])

"""A disconnect gives the grant back at the provider, where that can hurt nobody else, and forgets it in any case."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from mailwarden.connections.credentials import Stored, store
from mailwarden.connections.grant_models import RetiredGrant
from mailwarden.connections.models import Connection, OAuthAttempt, Orphan, Transition
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from tests import factories
from tests.conftest import MakeConnection
from tests.connections.fakes import connect, form, healthy, start
from tests.connections.token_steps import answer_of
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

pytestmark = pytest.mark.usefixtures("quiet_journal")
REVOKE = "POST /oauth/2026-09/token/revoke"
KLAVIYO_REVOKE = "POST /oauth/revoke"
OK = httpx.Response(200)


async def retired(rt: Runtime, row: Connection) -> list[RetiredGrant]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(RetiredGrant).where(RetiredGrant.connection_id == row.id).order_by(RetiredGrant.created_at)
        return list(await tx.session.scalars(asked))


async def notes(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Transition.note).where(Transition.connection_id == row.id, Transition.note.is_not(None))
        return [note for note in await tx.session.scalars(asked.order_by(Transition.at)) if note]


async def disconnect(owner: Browser, row: Connection) -> None:
    answer = await owner.delete(f"/v1/connections/conn_{row.id.hex}")
    assert (answer.status_code, answer.json()["status"]) == (200, "disconnected")


@pytest.mark.parametrize(("provider", "address"), [("hubspot", REVOKE), ("klaviyo", KLAVIYO_REVOKE)])
async def test_the_refresh_token_is_revoked_after_the_disconnect_and_wiped(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies, provider: str, address: str
) -> None:
    row = await make_connection(provider=provider)
    await disconnect(owner, row)
    (kept,) = await retired(runtime, row)
    assert kept.refresh_token is not None
    assert b"refresh-1" not in kept.refresh_token
    assert replies.requests == []  # nothing is called inside the disconnect
    replies[address] = OK
    await drain(runtime)
    (kept,) = await retired(runtime, row)
    assert (kept.state, kept.refresh_token) == ("revoked", None)
    assert form(replies.requests[-1])["token"] == "refresh-1"
    assert "given back" in (await notes(runtime, row))[-1]


async def test_what_is_dead_already_counts_as_given_back(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[KLAVIYO_REVOKE] = httpx.Response(400, json={"error": "invalid_token"})
    row = await make_connection(provider="klaviyo")
    await disconnect(owner, row)
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["revoked"]


async def test_a_provider_that_does_not_answer_is_asked_again_and_given_up_in_the_end(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[REVOKE] = httpx.Response(503)
    row = await make_connection()
    await disconnect(owner, row)
    for _ in range(12):
        await drain(runtime)
        await time_machine.advance(900)
    (kept,) = await retired(runtime, row)
    assert (kept.state, kept.refresh_token) == ("given_up", None)
    assert replies.count(REVOKE) == 10
    assert "could not be given back at HubSpot (status 503)" in (await notes(runtime, row))[-1]


async def test_one_that_asks_to_wait_for_ever_is_given_up_after_a_day(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
) -> None:
    replies[REVOKE] = httpx.Response(429, headers={"Retry-After": "3600"}, json={})
    row = await make_connection()
    await disconnect(owner, row)
    for _ in range(26):
        await drain(runtime)
        await time_machine.advance(3601)
    (kept,) = await retired(runtime, row)
    assert (kept.state, kept.refresh_token) == ("given_up", None)


async def test_our_own_mistake_is_not_repeated(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[KLAVIYO_REVOKE] = httpx.Response(401, json={"error": "invalid_client"})
    row = await make_connection(provider="klaviyo")
    await disconnect(owner, row)
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["given_up"]


async def test_a_grant_that_another_organizations_connection_relies_on_is_never_revoked(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    """At some providers one revoked token takes the whole account's authorization with it."""
    theirs, _ = await factories.make_organization(runtime, "Theirs")
    await make_connection(org_id=theirs, external_id="4711")
    row = await make_connection(external_id="4711")
    await disconnect(owner, row)
    await drain(runtime)
    (kept,) = await retired(runtime, row)
    assert (kept.state, kept.refresh_token) == ("kept", None)
    assert replies.count(REVOKE) == 0
    assert "relies on it" in (await notes(runtime, row))[-1]


async def test_the_last_one_of_an_account_gives_it_back(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[REVOKE] = OK
    theirs, _ = await factories.make_organization(runtime, "Theirs")
    await make_connection(org_id=theirs, external_id="4711", status="disconnected")
    row = await make_connection(external_id="4711")
    await disconnect(owner, row)
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["revoked"]


async def test_a_reconnect_before_the_job_keeps_the_new_grant(
    runtime: Runtime, owner: Browser, replies: Replies, make_connection: MakeConnection
) -> None:
    healthy(replies)
    row = await make_connection(external_id="4711")
    await disconnect(owner, row)
    assert await connect(owner) == f"conn_{row.id.hex}"
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["kept"]
    assert replies.count(REVOKE) == 0


async def test_it_waits_while_somebody_is_on_the_way_back_from_a_consent(
    runtime: Runtime, owner: Browser, replies: Replies, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    replies[REVOKE] = OK
    row = await make_connection(external_id="4711")
    await start(owner)
    async with unit_of_work(runtime.sessions, row.org_id) as tx:  # the callback has taken the state and calls out
        await tx.session.execute(text("UPDATE oauth_attempts SET state_hash = NULL"))
    await disconnect(owner, row)
    await drain(runtime)
    assert replies.count(REVOKE) == 0
    await time_machine.advance(timedelta(minutes=11))  # it never came to anything
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["revoked"]
    async with reader(runtime.sessions, row.org_id) as tx:
        assert await tx.session.scalar(select(OAuthAttempt.finished_at)) is None


async def test_orphaned_answers_go_with_the_disconnect_and_a_late_one_is_given_back_too(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, replies: Replies
) -> None:
    replies[REVOKE] = OK
    row = await make_connection()
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        orphan = Orphan(id=new_id(), org_id=row.org_id, connection_id=row.id, version=1, spent_hash=b"x", answer=b"y")
        tx.session.add(orphan)
    in_flight = await answer_of(runtime, row)
    await disconnect(owner, row)
    assert await store(runtime, in_flight) is Stored.ORPHANED
    async with reader(runtime.sessions, row.org_id) as tx:
        assert await tx.session.scalar(text("SELECT count(*) FROM orphan_tokens")) == 0
    await drain(runtime)
    assert [one.state for one in await retired(runtime, row)] == ["revoked"] * 2
    assert {form(one)["token"] for one in replies.requests if one.url.path.endswith("revoke")} == {
        "refresh-1",
        "refresh-2",
    }

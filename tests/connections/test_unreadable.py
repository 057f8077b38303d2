"""What is stored cannot be decrypted: said at once, no provider doubted or asked, and over when the key is back."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from mailwarden.connections.credentials import Stored, claim_refresh, read_held, store
from mailwarden.connections.models import CallOutcome, Connection, Credential, Incident, OAuthAttempt
from mailwarden.connections.models import Signal as SignalRow
from mailwarden.connections.transitions import PROBE, REFRESH, VERIFY
from mailwarden.connections.unreadable import SAID, Unreadable, opening
from mailwarden.core.crypto import CannotOpen, Keyring
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Grant
from tests.conftest import MakeConnection
from tests.connections.fakes import TOKEN, come_back, healthy, outcome, start, state_of
from tests.connections.steps import REVOKED, episodes, events, fail, history, live, now
from tests.connections.token_steps import answer_of, credential, force, secrets
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

BOTH = ("access_token", "refresh_token")
LOST = Keyring(primary="k9", keys={"k9": b"9" * 32}, lookup=b"l" * 32)


async def damage(rt: Runtime, row: Connection, *columns: str) -> None:
    held = await credential(rt, row)
    spoilt = {name: getattr(held, name)[:-1] + b"?" for name in columns}
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await tx.session.execute(update(Credential).where(Credential.id == held.id).values(**spoilt))


async def run(rt: Runtime, row: Connection, kind: str = PROBE) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await enqueue(tx, kind, row.id, due_at=rt.clock.now() - SURELY, replace=True)
    await drain(rt)


async def count(rt: Runtime, row: Connection, model: Any) -> int:
    async with reader(rt.sessions, row.org_id) as tx:
        return await tx.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("kind", [PROBE, REFRESH])
async def test_a_damaged_credential_is_inactive_at_once_and_no_provider_is_asked_or_doubted(
    runtime: Runtime,
    make_connection: MakeConnection,
    replies: Replies,
    caplog: pytest.LogCaptureFixture,
    kind: str,
):
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    with caplog.at_level(logging.CRITICAL):
        await run(runtime, row, kind)
    seen = await now(runtime, row)
    assert (seen.status, seen.cause, seen.degraded_reason) == ("inactive", "unknown", None)
    assert seen.evidence is not None
    assert [item["message"] for item in seen.evidence["items"]] == [SAID]
    assert replies.requests == []
    assert [await count(runtime, row, model) for model in (SignalRow, CallOutcome, Incident)] == [0, 0, 0]
    assert await history(runtime, row) == [("connected", "inactive")]
    assert await events(runtime, row) == ["inactive"]
    told = [one for one in caplog.records if one.levelno == logging.CRITICAL]
    assert [vars(one)["connection_id"] for one in told] == [str(row.id)]


async def test_the_card_tells_whose_fault_it_is_not(runtime, owner: Browser, make_connection: MakeConnection):
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    await run(runtime, row)
    card = (await owner.get("/v1/connections")).json()["data"][0]["card"]
    assert "cannot be decrypted. HubSpot refused nothing" in card["explanation"]
    assert card["action"]["code"] == "reconnect"


async def test_a_damaged_refresh_token_is_said_before_the_access_token_ends(runtime, make_connection: MakeConnection):
    row = await make_connection()
    await damage(runtime, row, "refresh_token")
    await run(runtime, row)
    assert (await now(runtime, row)).status == "inactive"


async def test_a_damaged_access_token_costs_a_refresh_and_nothing_else(
    runtime, make_connection: MakeConnection, replies: Replies
):
    healthy(replies)
    row = await make_connection(external_id="4711")
    await damage(runtime, row, "access_token")
    await run(runtime, row)
    assert await history(runtime, row) == []
    assert replies.count(TOKEN) == 1
    assert (await secrets(runtime, row))[:2] == ("access-new", "refresh-new")


async def test_a_suspicion_ends_the_same_way(runtime, make_connection: MakeConnection, replies: Replies):
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    await fail(runtime, row, REVOKED)
    await run(runtime, row, VERIFY)
    assert (await now(runtime, row)).status == "inactive"
    assert replies.requests == []


async def test_others_live_on(runtime, make_connection: MakeConnection, replies: Replies):
    healthy(replies)
    row, other = await make_connection(), await make_connection(external_id="4711")
    await damage(runtime, row, *BOTH)
    await run(runtime, row)
    await run(runtime, other)
    assert (await now(runtime, other)).status == "connected"
    assert (await force(runtime, other)).error is None


async def test_it_comes_back_with_the_key_by_itself(
    runtime: Runtime, make_connection: MakeConnection, replies: Replies, time_machine: TimeMachine
):
    healthy(replies)
    row = await make_connection(external_id="4711")
    without = replace(runtime, keys=LOST)
    await run(without, row)
    assert (await now(runtime, row)).status == "inactive"
    await live(without, time_machine, 3600, step=300)
    assert (await now(runtime, row)).status == "inactive"
    assert len(await episodes(runtime, row)) == 1
    assert replies.requests == []
    await live(runtime, time_machine, 660, step=60)
    assert (await now(runtime, row)).status == "connected"
    assert await events(runtime, row) == ["inactive", "recovered"]


async def test_nothing_is_claimed_so_the_next_try_need_not_wait(runtime: Runtime, make_connection: MakeConnection):
    row = await make_connection()
    with pytest.raises(Unreadable):
        await claim_refresh(replace(runtime, keys=LOST), row.org_id, row.id, only_version=1)
    assert (await credential(runtime, row)).lease_until is None


async def test_one_that_was_authorized_anew_meanwhile_is_left_alone(runtime, make_connection: MakeConnection):
    row = await make_connection()
    with pytest.raises(Unreadable):
        async with opening(runtime, row.org_id, row.id):
            raise CannotOpen("as it was a moment ago")
    assert (await now(runtime, row)).status == "connected"


async def test_the_test_tells_it(runtime, owner: Browser, make_connection: MakeConnection, replies: Replies):
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    told = (await owner.post(f"/v1/connections/{shown}/test")).json()
    assert (told["ok"], told["checks"][0]["detail"]) == (False, SAID)
    assert told["connection"]["status"] == "inactive"
    assert replies.requests == []


async def test_it_can_be_disconnected(runtime, owner: Browser, make_connection: MakeConnection):
    row = await make_connection()
    await damage(runtime, row, *BOTH)
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    assert (await owner.delete(f"/v1/connections/{shown}")).status_code < 300
    assert (await now(runtime, row)).status == "disconnected"


async def test_an_answer_that_was_under_way_heals_it(runtime: Runtime, make_connection: MakeConnection):

    row = await make_connection()
    answer = await answer_of(runtime, row)
    await damage(runtime, row, *BOTH)
    assert await store(runtime, answer) is Stored.REFRESHED
    assert (await read_held(runtime, row.org_id, row.id)).access_token == "access-2"


async def test_an_answer_without_a_refresh_token_wipes_nothing(runtime: Runtime, make_connection: MakeConnection):

    row = await make_connection()
    answer = await answer_of(runtime, row, Grant("access-2", None, 1800, None))
    await damage(runtime, row, *BOTH)
    assert await store(runtime, answer) is Stored.ORPHANED
    assert (await credential(runtime, row)).refresh_token is not None


async def test_a_consent_whose_start_cannot_be_read_is_begun_again(runtime: Runtime, owner: Browser):
    started = await start(owner)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(OAuthAttempt).values(verifier=b"noise"))
    told = await outcome(owner, await come_back(owner, state_of(started)))
    assert (told["outcome"], "Start again" in str(told)) == ("failed", True)

"""One truth (B31): under every fault kind each surface that speaks of a connection says the same.

A later surface joins by one line in ``SURFACES``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mailwarden.billing.gate import access_of
from mailwarden.connections.agreement import check_agreement
from mailwarden.connections.health import report_any_failure, suspect
from mailwarden.connections.incidents import note_outcome, open_breaker
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor, Purpose
from mailwarden.connections.transitions import PROBE, REFRESH, mark_inactive
from mailwarden.connections.usability import is_supported, may_use
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Cause, Evidence, Misconfigured, ProviderError, RateLimited, Signal, Unavailable
from mailwarden.providers.catalog import load
from mailwarden.sync.models import SyncRun
from mailwarden.sync.schedule import _take_turn
from tests.conftest import MakeConnection
from tests.connections.steps import now as current
from tests.faults.rows import DEFINITE, LIMITED, SOFT, UNAVAILABLE
from tests.support.browser import Browser
from tests.support.time import TimeMachine


@dataclass(frozen=True)
class State:
    """What a fault of docs/faults.md makes of a connection."""

    provider: str
    fault: str
    cause: str | None = None
    ends: str = "connected"  # connected | verifying | inactive | disconnected
    degraded: str | None = None
    missing: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.provider}-{self.fault}-{self.ends}"


def states() -> list[State]:
    found = []
    for row in DEFINITE:
        if row.status == "inactive":
            found += [State(row.provider, row.name, row.cause, ends) for ends in ("verifying", "inactive")]
        else:
            found.append(State(row.provider, row.name, missing=row.scopes))
    for soft in SOFT:
        found += [State(provider, soft.name, degraded=soft.degraded) for provider in soft.providers]
    for provider in load():
        found += [State(provider, f"any {cause}", cause, "inactive") for cause in Cause]
        found += [State(provider, "misconfigured"), State(provider, "by a member", ends="disconnected")]
        found += [State(provider, "random_invalid_grant", Cause.ACCESS_REVOKED, "verifying")]
    return found


def distinct(provider: str) -> list[State]:
    """Faults that make the same of a connection are tried once; the first one names them."""
    mine = {replace(one, fault=""): one for one in reversed(states()) if one.provider == provider}
    kept = [one for one in states() if one.fault in ("misconfigured",) and one.provider == provider]
    return [*reversed(mine.values()), *kept]


def said(provider: str, signal: Signal | None, status: int) -> Evidence:
    return Evidence(signal, "api", "GET", "/x", f"{provider}.example", status, "CODE", "no")


async def bring_about(rt: Runtime, make: MakeConnection, owner: Browser, state: State) -> Connection:
    """By the product's own transitions, with the jobs and rows that belong to them."""
    row = await make(provider=state.provider, missing_scopes=list(state.missing))
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        for kind in (PROBE, REFRESH):
            await enqueue(tx, kind, row.id, due_at=rt.clock.now() + timedelta(minutes=9))
    if state.ends in ("verifying", "inactive"):
        await doubt(rt, row, state)
    if state.degraded is not None:
        await degrade(rt, row, state)
    if state.fault == "misconfigured":
        await open_breaker(rt, state.provider, Misconfigured(said(state.provider, None, 401)))
    if state.ends == "disconnected":
        assert (await owner.delete(f"/v1/connections/conn_{row.id.hex}")).status_code == 200
    return await current(rt, row)


async def doubt(rt: Runtime, row: Connection, state: State) -> None:
    cause = Cause(state.cause or Cause.UNKNOWN)
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        fresh = await get_connection(tx, row.org_id, row.id, lock=True)
        await suspect(rt, tx, fresh, said(row.provider, Signal.API_REFUSED, 401), cause, Actor.PROBE, state.missing)
        if state.ends == "inactive":
            await mark_inactive(rt, tx, fresh, cause, Actor.PROBE)


async def degrade(rt: Runtime, row: Connection, state: State) -> None:
    evidence = said(row.provider, None, 503)
    error: ProviderError = RateLimited(evidence, 90) if state.degraded == LIMITED else Unavailable(evidence)
    for _ in range(2):
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            await report_any_failure(rt, tx, row.id, error, Actor.SYNC)


Answer = tuple[bool, str]
Surface = Callable[[Runtime, Browser, Connection], Awaitable[Answer]]


async def the_function(rt: Runtime, _: Browser, row: Connection) -> Answer:
    async with reader(rt.sessions, row.org_id) as tx:
        found = may_use(row, Purpose.SYNC, rt.clock.now(), await access_of(rt, tx, row.org_id))
    return found.usable, found.code


async def the_endpoint(_: Runtime, owner: Browser, row: Connection) -> Answer:
    told = (await owner.get(f"/v1/connections/conn_{row.id.hex}/usability", params={"purpose": "sync"})).json()
    return told["usable"], told["code"]


async def the_scheduler(rt: Runtime, _: Browser, row: Connection) -> Answer:
    """Would it start a run now? Tried for real, and taken back."""
    started = False
    try:
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            fresh = await get_connection(tx, row.org_id, row.id, lock=True)
            await _take_turn(rt, tx, fresh)
            started = await tx.session.scalar(select(SyncRun.id).where(SyncRun.connection_id == row.id)) is not None
            raise Undone
    except Undone:
        pass
    return started, "ok" if started else "not started"


class Undone(Exception):
    """Nothing of it shall stay."""


async def the_sync_gate(_: Runtime, owner: Browser, row: Connection) -> Answer:
    answer = await owner.post(f"/v1/connections/conn_{row.id.hex}/syncs")
    return answer.status_code == 202, "ok" if answer.status_code == 202 else answer.json()["code"]


SURFACES: list[Surface] = [the_function, the_endpoint, the_scheduler, the_sync_gate]  # the gate starts a run: last


@pytest.mark.timeout(300)
@pytest.mark.parametrize("provider", sorted(load()))
async def test_all_surfaces_agree(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, provider: str
) -> None:
    for state in distinct(provider):
        await compare(runtime, owner, make_connection, state)


async def compare(runtime: Runtime, owner: Browser, make_connection: MakeConnection, state: State) -> None:
    row = await bring_about(runtime, make_connection, owner, state)
    page = (await owner.get(f"/v1/connections/conn_{row.id.hex}")).json()
    cards = (await owner.get("/v1/integrations")).json()["data"]
    listed = next(one for card in cards for one in card["connections"] if one["id"] == page["id"])
    assert listed == page
    assert page["status"] == state.ends
    assert await disagreements(runtime, row) == [], state
    answers = {surface.__name__: await surface(runtime, owner, row) for surface in SURFACES}
    assert len({usable for usable, _ in answers.values()}) == 1, (state, answers)
    assert answers["the_function"] == answers["the_endpoint"] == answers["the_sync_gate"]
    usable, code = answers["the_function"]
    promised = page["label"] in ("Connected", "Permission missing") and is_supported(state.provider, Purpose.SYNC)
    assert usable == (promised and page["degraded_reason"] != LIMITED), (page["label"], code)
    if state.degraded == UNAVAILABLE:
        assert (page["degraded_reason"], page["status"]) == (UNAVAILABLE, "connected")


async def disagreements(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        return await check_agreement(tx, await get_connection(tx, row.org_id, row.id), rt.clock.now())


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("connected", {"status": "inactive", "cause": "unknown"}, "no outage is on record"),
    ("inactive", {"status": "connected", "cause": None}, "an outage is on record"),
    ("inactive", {"cause": "token_expired"}, "names token_expired as the cause"),
    ("connected", {"status": "verifying", "cause": "unknown"}, "no check is planned"),
    ("connected", {"status": "disconnected"}, "still here"),
    ("disconnected", {"status": "connected"}, "is gone"),
]


@pytest.mark.parametrize(("begins", "columns", "complaint"), BROKEN)
async def test_the_check_notices_what_contradicts_itself(
    runtime: Runtime,
    owner: Browser,
    make_connection: MakeConnection,
    begins: str,
    columns: dict[str, Any],
    complaint: str,
) -> None:
    """The negative controls: a status that somebody wrote without what belongs to it."""
    state = State("hubspot", "broken", "access_revoked" if begins == "inactive" else None, begins)
    row = await bring_about(runtime, make_connection, owner, state)
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await tx.session.execute(update(Connection).where(Connection.id == row.id).values(**columns))
    assert any(complaint in one for one in await disagreements(runtime, row))


async def test_the_check_notices_that_nothing_is_planned(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    row = await bring_about(runtime, make_connection, owner, State("hubspot", "lost jobs"))
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await tx.session.execute(update(Job).values(state="done"))
    assert "no probe is planned" in await disagreements(runtime, row)


async def test_the_check_notices_a_connected_one_whose_calls_are_refused(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    row = await bring_about(runtime, make_connection, owner, State("hubspot", "refused", "unknown", "verifying"))
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await note_outcome(tx, row, "refused")
        await tx.session.execute(update(Connection).where(Connection.id == row.id).values(status="connected"))
    await time_machine.advance(timedelta(minutes=13))
    assert any("was refused at" in one for one in await disagreements(runtime, row))

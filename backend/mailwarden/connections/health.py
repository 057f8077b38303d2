"""What calls report: a success proves life, a failure is a suspicion, trouble of the provider, or ours."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.connections.incidents import RATE_LIMITED, REFUSED, UNAVAILABLE, note_outcome, place_of, settle, watch
from mailwarden.connections.models import Connection, Signal
from mailwarden.connections.our_app import spec_of
from mailwarden.connections.queries import acting_org, as_suspicions, find_connection, list_signals
from mailwarden.connections.rules import CLEARED, CLEARS, GENERIC, Actor, Degraded, Proof, Status, Suspicion, still_open
from mailwarden.connections.transitions import (
    PROBE,
    add_evidence,
    begin_verifying,
    clear_suspicion,
    facts,
    recover,
    refine_cause,
)
from mailwarden.connections.unreadable import OPEN
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers import base
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    Evidence,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Unavailable,
)
from mailwarden.providers.claims import joined

log = logging.getLogger(__name__)

SLACK = timedelta(seconds=1)  # clocks of two processes differ by less
ASK_AGAIN_S = 10  # after a first failure: the second one decides whether it is an outage
ASK_DEGRADED_S = 30


async def report_success(
    rt: Runtime, tx: UnitOfWork, connection_id: UUID, actor: Actor, proof: Proof = Proof.API
) -> None:
    """``tx`` acts for the connection's organization. Call it for authenticated calls that were answered well."""
    row = await find_connection(tx, acting_org(tx), connection_id, lock=True)
    if row is None or row.status == Status.DISCONNECTED:
        return
    if proof in (Proof.API, Proof.PERMISSIONS):
        await _prove_life(rt, tx, row)
    elif row.degraded_reason is not None:
        await enqueue(tx, PROBE, row.id)  # the token endpoint is back: ask the API now, not at its next turn
    if row.status in (Status.VERIFYING, Status.INACTIVE):
        await _clear(rt, tx, row, actor, proof)
    await tx.session.flush()
    if row.status == Status.CONNECTED:  # else its refusal stays its latest word, as old as it is
        await note_outcome(tx, row, None)
    await settle(rt, tx, place_of(row))


async def _prove_life(rt: Runtime, tx: UnitOfWork, row: Connection) -> None:
    row.proof_of_life_at = rt.clock.now()
    row.failures_in_row = 0
    row.banned_until = None
    if row.degraded_reason is not None:
        row.degraded_reason = row.degraded_since = None
        await record(tx, EventType.CONNECTION_RESTORED, connection_id=row.id, data=facts(row))


async def _clear(rt: Runtime, tx: UnitOfWork, row: Connection, actor: Actor, proof: Proof) -> None:
    found = await open_suspicions(tx, row)
    cleared = {s.kind for s in found} & CLEARS[proof]
    for kind in sorted(cleared):
        tx.session.add(_signal(row, kind, CLEARED, {}, rt.clock.now()))
    if any(s.kind not in cleared for s in found):
        return
    if row.status == Status.VERIFYING:
        await clear_suspicion(rt, tx, row, actor)
    else:
        await recover(rt, tx, row, actor)


async def open_suspicions(tx: UnitOfWork, row: Connection) -> tuple[Suspicion, ...]:
    if row.suspected_at is None:
        return ()
    await tx.session.flush()
    return still_open(as_suspicions(await list_signals(tx, row.org_id, row.id, row.suspected_at - SLACK)))


def _signal(
    row: Connection,
    kind: base.Signal,
    cause: str,
    evidence: dict[str, object],
    at: datetime,
) -> Signal:
    return Signal(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        at=at,
        kind=kind,
        cause=cause,
        evidence=evidence,
    )


async def report_failure(rt: Runtime, tx: UnitOfWork, connection_id: UUID, error: ProviderError, actor: Actor) -> None:
    """For work that called a provider. What failed at the token endpoint was reported there already.

    So was what could not even be opened: no provider said anything.
    """
    if error.evidence.operation not in ("refresh", OPEN):
        await report_any_failure(rt, tx, connection_id, error, actor)


async def report_any_failure(
    rt: Runtime, tx: UnitOfWork, connection_id: UUID, error: ProviderError, actor: Actor
) -> None:
    row = await find_connection(tx, acting_org(tx), connection_id, lock=True)
    if row is None or row.status == Status.DISCONNECTED:
        return
    known = isinstance(error, AccessRevoked | ScopesMissing | RateLimited | Unavailable)
    log.log(
        logging.WARNING if known else logging.ERROR,  # the rest is our own mistake
        "a provider call failed",
        extra={
            "provider": row.provider,
            "connection_id": str(row.id),
            "failure": type(error).__name__,
            "evidence": error.evidence.as_json(),
        },
    )
    if isinstance(error, AccessRevoked):
        await suspect(rt, tx, row, error.evidence, error.cause, actor)
        await _count(rt, tx, row, REFUSED)
    elif isinstance(error, ScopesMissing):
        await _lack(rt, tx, row, frozenset(error.scopes), error.evidence, actor)
    elif isinstance(error, RateLimited):
        if error.evidence.answered:  # else our own budget, which is nobody's trouble
            await _degrade(rt, tx, row, Degraded.RATE_LIMITED, error.retry_after_s)
            await _count(rt, tx, row, RATE_LIMITED)
    elif isinstance(error, Unavailable):
        await _degrade(rt, tx, row, Degraded.PROVIDER_UNAVAILABLE, None)
        await _count(rt, tx, row, UNAVAILABLE)


async def _count(rt: Runtime, tx: UnitOfWork, row: Connection, failure: str) -> None:
    """A connection known to be dead says nothing about the others."""
    if row.status == Status.INACTIVE:
        return
    await tx.session.flush()
    await note_outcome(tx, row, failure)
    await watch(rt, tx, place_of(row), failure)


async def suspect(
    rt: Runtime,
    tx: UnitOfWork,
    row: Connection,
    evidence: Evidence,
    cause: Cause,
    actor: Actor,
    scopes: Iterable[str] = (),
) -> None:
    """A suspicion, not a verdict: the status says so at once, and the credential stays untouched."""
    now = rt.clock.now()
    item = replace(evidence, at=now).as_json()
    kind = evidence.signal or base.Signal.API_REFUSED
    if row.status == Status.INACTIVE:
        if kind is base.Signal.PROVIDER_SIGNAL and row.cause in GENERIC:
            add_evidence(row, item)
            await refine_cause(rt, tx, row, cause, actor)
        return
    tx.session.add(_signal(row, kind, cause, item, now))
    named: dict[str, object] = {"scopes": sorted(scopes)} if scopes else {}
    if evidence.claims:
        known = (row.evidence or {}).get("claims") if row.status == Status.VERIFYING else None
        named["claims"] = joined({}, known, evidence.claims)
    add_evidence(row, item, **named)
    if row.status == Status.VERIFYING:
        row.cause = cause if cause not in GENERIC else row.cause
        return
    row.cause, row.suspected_at = cause, now
    await begin_verifying(rt, tx, row, actor)


async def _lack(
    rt: Runtime, tx: UnitOfWork, row: Connection, scopes: frozenset[str], evidence: Evidence, actor: Actor
) -> None:
    auth = spec_of(row.provider).auth
    required = scopes & auth.required_scopes
    if optional := (scopes & auth.all_scopes) - required:
        await _miss(tx, row, frozenset(row.missing_scopes or []) | optional)
    if required:
        signal = replace(evidence, signal=base.Signal.SCOPES_MISSING)
        await suspect(rt, tx, row, signal, Cause.SCOPES_REMOVED, actor, required)
        await _count(rt, tx, row, REFUSED)


async def report_scopes(
    rt: Runtime, tx: UnitOfWork, connection_id: UUID, granted: frozenset[str], evidence: Evidence, actor: Actor
) -> bool:
    """What the provider says the grant holds. True if every required scope is there."""
    row = await find_connection(tx, acting_org(tx), connection_id, lock=True)
    if row is None or row.status == Status.DISCONNECTED:
        return True
    auth = spec_of(row.provider).auth
    await _miss(tx, row, (auth.all_scopes - auth.required_scopes) - granted)
    lacking = auth.required_scopes - granted
    if lacking:
        said = replace(
            evidence, signal=base.Signal.SCOPES_MISSING, message=f"granted: {' '.join(sorted(granted))}"[:300]
        )
        await suspect(rt, tx, row, said, Cause.SCOPES_REMOVED, actor, lacking)
        await _count(rt, tx, row, REFUSED)
    return not lacking


async def report_rights(tx: UnitOfWork, connection_id: UUID, missing: frozenset[str]) -> None:
    """Of a mailbox: what its servers do not let it do although they take the password."""
    row = await find_connection(tx, acting_org(tx), connection_id, lock=True)
    if row is not None and row.status != Status.DISCONNECTED:
        await _miss(tx, row, missing)


async def _miss(tx: UnitOfWork, row: Connection, missing: frozenset[str]) -> None:
    """Optional permissions: shown, and only the work that needs them is refused."""
    known = frozenset(row.missing_scopes or [])
    if missing == known:
        return
    row.missing_scopes = sorted(missing)
    type = EventType.CONNECTION_PERMISSION_MISSING if missing - known else EventType.CONNECTION_PERMISSION_RESTORED
    await record(tx, type, connection_id=row.id, data=facts(row) | {"missing_scopes": sorted(missing)})


async def _degrade(rt: Runtime, tx: UnitOfWork, row: Connection, reason: Degraded, ban_s: float | None) -> None:
    """The provider's trouble: after the second failure it is shown, and until it ends we ask seldom but steadily."""
    if row.status == Status.INACTIVE:
        return
    now = rt.clock.now()
    row.failures_in_row += 1
    if ban_s is not None:
        row.banned_until = max(row.banned_until or now, now + timedelta(seconds=ban_s))
    shown = row.failures_in_row >= 2 or ban_s is not None
    if shown and row.degraded_reason is None:
        row.degraded_since = now
        row.degraded_reason = reason
        await record(tx, EventType.CONNECTION_DEGRADED, connection_id=row.id, data=facts(row) | {"reason": reason})
    elif shown:
        row.degraded_reason = reason
    wait = timedelta(seconds=ASK_DEGRADED_S if shown else ASK_AGAIN_S)
    due = row.banned_until + SLACK if row.banned_until and row.banned_until > now else now + wait
    await enqueue(tx, PROBE, row.id, due_at=due)

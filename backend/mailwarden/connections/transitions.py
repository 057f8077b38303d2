"""Every change of a connection's status: one history row, one event, at most one open episode."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from mailwarden.accounts.audit import Target
from mailwarden.connections.models import Connection, Episode, Transition
from mailwarden.connections.present import card_of
from mailwarden.connections.queries import open_episode
from mailwarden.connections.rules import Actor, Status
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.metrics import TRANSITIONS
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.providers.base import Cause

REFRESH, PROBE, VERIFY = "refresh", "probe", "verify"
INACTIVE_PROBE = 6  # a dead connection is asked so many times more seldom
MOST_EVIDENCE = 6


def write_history(
    tx: UnitOfWork,
    row: Connection,
    from_status: str | None,
    actor: Actor,
    *,
    user_id: UUID | None = None,
    note: str | None = None,
    at: Any = None,
) -> None:
    entry = Transition(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        from_status=from_status,
        to_status=row.status,
        cause=row.cause,
        evidence=row.evidence if row.status in (Status.VERIFYING, Status.INACTIVE) else None,
        actor=actor,
        actor_user_id=user_id,
        note=note,
    )
    if at is not None:
        entry.at = at
    tx.session.add(entry)
    if from_status != row.status:
        TRANSITIONS.labels(row.provider, row.status).inc()


async def begin_verifying(rt: Runtime, tx: UnitOfWork, row: Connection, actor: Actor) -> None:
    """Shown as "Checking…" at once. The check is a job of its own, due now."""
    before, row.status = row.status, Status.VERIFYING
    write_history(tx, row, before, actor, at=rt.clock.now())
    await tx.session.flush()
    await record(tx, EventType.CONNECTION_VERIFYING, connection_id=row.id, data=facts(row))
    await enqueue(tx, VERIFY, row.id)


async def mark_inactive(rt: Runtime, tx: UnitOfWork, row: Connection, cause: Cause, actor: Actor) -> None:
    now = rt.clock.now()
    episode = Episode(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        cause=cause,
        evidence=row.evidence,
        first_failed_at=row.suspected_at or now,
        confirmed_at=now,
        last_good_at=row.proof_of_life_at,
    )
    tx.session.add(episode)
    before, row.status, row.cause = row.status, Status.INACTIVE, cause
    row.inactive_since, row.episode_id = now, episode.id
    row.degraded_reason = row.degraded_since = row.banned_until = row.next_refresh_at = None
    write_history(tx, row, before, actor, at=now)
    await tx.session.flush()
    card = card_of(row, episode)
    told = card.model_dump(mode="json") if card else {}
    await record(tx, EventType.CONNECTION_INACTIVE, connection_id=row.id, subject_id=episode.id, data=facts(row) | told)
    await cancel(tx, REFRESH, row.id)
    slow = timedelta(seconds=rt.config.timing.probe_every_s * INACTIVE_PROBE)
    await enqueue(tx, PROBE, row.id, due_at=now + slow, replace=True)


async def refine_cause(rt: Runtime, tx: UnitOfWork, row: Connection, cause: Cause, actor: Actor) -> None:
    """A later signal says better why. The same episode, and nobody is told twice."""
    row.cause = cause
    if row.episode_id is not None:
        same = update(Episode).where(Episode.org_id == row.org_id, Episode.id == row.episode_id)
        await tx.session.execute(same.values(cause=cause, evidence=row.evidence))
    write_history(tx, row, row.status, actor, note="The cause is known now.", at=rt.clock.now())


async def clear_suspicion(rt: Runtime, tx: UnitOfWork, row: Connection, actor: Actor) -> None:
    """It was nothing: back to connected. The evidence stays in the history, and nobody is alarmed."""
    before = row.status
    _make_well(row)
    write_history(tx, row, before, actor, note="The checks succeeded.", at=rt.clock.now())


async def recover(rt: Runtime, tx: UnitOfWork, row: Connection, actor: Actor) -> None:
    """An inactive connection was proven to work again, without anybody's doing here."""
    before, since = row.status, row.data_as_of
    _make_well(row)
    row.catch_up_from = row.catch_up_from or since
    write_history(tx, row, before, actor, note="It works again.", at=rt.clock.now())
    await end_episode(rt, tx, row, "recovered")
    await enqueue(tx, REFRESH, row.id)
    await enqueue(tx, PROBE, row.id, due_at=next_probe(rt), replace=True)


async def end_episode(rt: Runtime, tx: UnitOfWork, row: Connection, ended_by: str) -> Episode | None:
    """Tells of the recovery exactly once; a disconnect by a member is none."""
    await tx.session.flush()
    episode = await open_episode(tx, row.org_id, row.id)
    row.episode_id = None
    if episode is None:
        return None
    episode.ended_at, episode.ended_by = rt.clock.now(), ended_by
    if ended_by != "disconnected":
        told = facts(row) | {"ended_by": ended_by, "first_failed_at": episode.first_failed_at.isoformat()}
        await record(tx, EventType.CONNECTION_RECOVERED, connection_id=row.id, subject_id=episode.id, data=told)
    return episode


def _make_well(row: Connection) -> None:
    row.status = Status.CONNECTED
    row.cause = row.suspected_at = row.inactive_since = None


def next_probe(rt: Runtime) -> Any:
    """Within the promised interval, spread so that a herd does not come at once."""
    return rt.clock.now() + timedelta(seconds=rt.config.timing.probe_every_s * rt.rng.uniform(0.8, 0.95))


def facts(row: Connection) -> dict[str, Any]:
    """What every event about a connection carries."""
    return {
        "provider": row.provider,
        "external_id": row.external_id,
        "account_label": row.account_label,
        "status": row.status,
        "cause": row.cause,
    }


def audit_target(row: Connection) -> Target:
    return Target("connection", row.id, f"{row.provider}: {row.account_label}")


def add_evidence(row: Connection, item: dict[str, Any], **more: Any) -> None:
    """A new dict each time: a change inside the old one would not be saved."""
    known = (row.evidence or {}).get("items", []) if row.status != Status.CONNECTED else []
    kept = {name: value for name, value in (row.evidence or {}).items() if row.status != Status.CONNECTED}
    row.evidence = kept | more | {"items": [*known[:1], *known[1:][-(MOST_EVIDENCE - 2) :], item]}

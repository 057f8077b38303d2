"""A verified request becomes rows, and work, in one short transaction: what was answered with 2xx is never lost."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.metrics import HOOKS
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.words import PROCESS
from mailwarden.providers.hooks.base import HookEvent

LONGEST = 300
Row = dict[str, Any]

# One statement, since most of what a webhook costs is round trips. Ordered, or two deliveries could block each other.
# The body is kept only if something in it is new; the answer are the targets of what is.
KEEP = text(
    """
    WITH it AS (
      SELECT CAST(:delivery AS uuid) AS delivery, CAST(:provider AS text) AS provider, CAST(:body AS bytea) AS body,
        CAST(:subscription AS uuid) AS subscription, CAST(:now AS timestamptz) AS at, CAST(:size AS int) AS size
    ), told AS (
      SELECT * FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS e (
        id uuid, dedupe_key text, target text, account text, token_hash text, kind text, topic text, objects jsonb,
        occurred_at timestamptz
      )
    ), kept AS (
      INSERT INTO hook_events (id, delivery_id, provider, dedupe_key, target, account, token_hash, subscription_id,
        kind, topic, objects, occurred_at, received_at)
      SELECT told.id, it.delivery, it.provider, dedupe_key, target, account, decode(token_hash, 'hex'),
        it.subscription, kind, topic, objects, occurred_at, it.at
      FROM told, it ORDER BY dedupe_key
      ON CONFLICT (provider, dedupe_key) DO UPDATE SET duplicates = hook_events.duplicates + 1
      RETURNING delivery_id, target
    ), fresh AS (
      SELECT kept.target FROM kept, it WHERE kept.delivery_id = it.delivery
    ), body AS (
      INSERT INTO hook_deliveries (id, provider, received_at, size, body)
      SELECT it.delivery, it.provider, it.at, it.size, it.body FROM it WHERE EXISTS (SELECT 1 FROM fresh)
    )
    SELECT target FROM fresh
    """
)


def body_place(delivery_id: UUID) -> Place:
    return Place("hook_deliveries", "body", None, delivery_id)


async def store(
    rt: Runtime, provider: str, body: bytes, events: Sequence[HookEvent], subscription: UUID | None = None
) -> int:
    """How many of the events are new. A repeated one is counted, and makes neither a row nor work."""
    delivery_id = new_id()
    rows = {event.dedupe_key: _row(rt, event, subscription) for event in events}
    sealed = rt.keys.seal(body.decode("latin-1"), body_place(delivery_id))
    told = {
        "delivery": delivery_id,
        "provider": provider,
        "body": sealed,
        "size": len(body),
        "subscription": subscription,
        "now": rt.clock.now(),
        "events": json.dumps(list(rows.values())),
    }
    async with unit_of_work(rt.sessions) as tx:
        targets = await _keep(tx, told)
        for target in sorted(set(targets)):
            await enqueue(tx, PROCESS, f"{provider}|{target}")
    HOOKS.labels(provider, "duplicate").inc(len(events) - len(targets))
    HOOKS.labels(provider, "accepted").inc(len(targets))
    return len(targets)


async def _keep(tx: UnitOfWork, told: Row) -> list[str]:
    return list((await tx.session.execute(KEEP, told)).scalars())


def _row(rt: Runtime, event: HookEvent, subscription: UUID | None) -> Row:
    token_hash = rt.keys.fingerprint(event.token_name) if event.token_name else None
    return {
        "id": str(new_id()),
        "dedupe_key": _short(event.dedupe_key),
        "target": _target(event, token_hash, subscription),
        "account": _short(event.account) if event.account else None,
        "token_hash": token_hash.hex() if token_hash else None,
        "kind": event.kind,
        "topic": _short(event.topic),
        "objects": list(event.objects),
        "occurred_at": _written(event.occurred_at),
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _short(value: str) -> str:
    """PostgreSQL takes no NUL."""
    return value.replace("\x00", "")[:LONGEST]


def _target(event: HookEvent, token_hash: bytes | None, subscription: UUID | None) -> str:
    if subscription is not None:
        return f"subscription:{subscription}"
    if token_hash is not None:
        return f"token:{token_hash.hex()}"
    return f"account:{_short(event.account)}" if event.account else "nobody"

"""A verified request becomes rows, and work, in one short transaction: what was answered with 2xx is never lost."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.metrics import HOOKS
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.models import HookDelivery, StoredEvent
from mailwarden.hooks.words import PROCESS
from mailwarden.providers.hooks.base import HookEvent

AT_ONCE = 1000
LONGEST = 300
Row = dict[str, Any]


def body_place(delivery_id: UUID) -> Place:
    return Place("hook_deliveries", "body", None, delivery_id)


async def store(
    rt: Runtime, provider: str, body: bytes, events: Sequence[HookEvent], subscription: UUID | None = None
) -> int:
    """How many of the events are new. A repeated one is counted, and makes neither a row nor work."""
    delivery_id, now = new_id(), rt.clock.now()
    rows = {event.dedupe_key: _row(rt, provider, delivery_id, event, subscription) for event in events}
    async with unit_of_work(rt.sessions) as tx:
        targets: list[str] = []
        ordered = [rows[key] | {"received_at": now} for key in sorted(rows)]  # or two deliveries could block each other
        for start in range(0, len(ordered), AT_ONCE):
            targets += await _insert(tx, delivery_id, ordered[start : start + AT_ONCE])
        if targets:
            sealed = rt.keys.seal(body.decode("latin-1"), body_place(delivery_id))
            kept = HookDelivery(id=delivery_id, provider=provider, received_at=now, size=len(body), body=sealed)
            tx.session.add(kept)
        for target in sorted(set(targets)):
            await enqueue(tx, PROCESS, f"{provider}|{target}")
    HOOKS.labels(provider, "duplicate").inc(len(events) - len(targets))
    HOOKS.labels(provider, "accepted").inc(len(targets))
    return len(targets)


async def _insert(tx: UnitOfWork, delivery_id: UUID, rows: Sequence[Row]) -> list[str]:
    """The targets of those that were not known."""
    row = insert(StoredEvent).values(list(rows))
    row = row.on_conflict_do_update(
        index_elements=["provider", "dedupe_key"], set_={"duplicates": StoredEvent.duplicates + 1}
    )
    found: Iterable[Any] = await tx.session.execute(row.returning(StoredEvent.delivery_id, StoredEvent.target))
    return [target for owner, target in found if owner == delivery_id]


def _row(rt: Runtime, provider: str, delivery_id: UUID, event: HookEvent, subscription: UUID | None) -> Row:
    token_hash = rt.keys.fingerprint(event.token_name) if event.token_name else None
    return {
        "id": new_id(),
        "delivery_id": delivery_id,
        "provider": provider,
        "dedupe_key": event.dedupe_key[:LONGEST],
        "target": _target(event, token_hash, subscription),
        "account": event.account[:LONGEST] if event.account else None,
        "token_hash": token_hash,
        "subscription_id": subscription,
        "kind": event.kind,
        "topic": event.topic[:LONGEST],
        "objects": list(event.objects),
        "occurred_at": event.occurred_at,
    }


def _target(event: HookEvent, token_hash: bytes | None, subscription: UUID | None) -> str:
    if subscription is not None:
        return f"subscription:{subscription}"
    if token_hash is not None:
        return f"token:{token_hash.hex()}"
    return f"account:{event.account[:LONGEST]}" if event.account else "nobody"

"""What a run asked and what came: a hash of every answer, and its redacted body for some days."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import ascii_letters, digits
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.http import redact
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Exchange
from mailwarden.sync.models import JournalEntry

PRUNE = "sync_journal_prune"
PRUNE_EVERY = timedelta(days=1)
PRUNE_AT_ONCE = 1000
LARGE = 16_384  # bytes; from here on a thread is worth its hand-over
_WORD = (ascii_letters + digits + "-.").encode() + bytes(range(128, 256))
_LOCAL, _HOST = _WORD + b"_+%'", _WORD


@dataclass(frozen=True, slots=True)
class Heard:
    """One answered request, ready to be written."""

    exchange: Exchange
    at: datetime
    digest: bytes
    body: bytes | None


async def hear(exchanges: Sequence[Exchange], at: datetime, *, keep: bool) -> list[Heard]:
    """Outside of any transaction: hashing and packing cost more than writing."""
    if sum(len(one.body) for one in exchanges) < LARGE:
        return [_pack(one, at, keep) for one in exchanges]
    return await asyncio.to_thread(lambda: [_pack(one, at, keep) for one in exchanges])


def _pack(one: Exchange, at: datetime, keep: bool) -> Heard:
    body = zlib.compress(redacted(one.body), 1) if keep else None
    return Heard(one, at, hashlib.sha256(one.body).digest(), body)


def redacted(body: bytes) -> bytes:
    """People's addresses explain no number. A body holds no token: those come only from token endpoints.

    By splitting at the @, not by a pattern: that would try to begin an address at every byte of a large page.
    """
    first, *rest = body.split(b"@")
    done, before = [], first
    for after in rest:
        kept, left = before.rstrip(_LOCAL), after.lstrip(_HOST)
        host = after[: len(after) - len(left)]
        if len(kept) < len(before) and b"." in host:
            done.append(kept + b"[e-mail]")
            before = left
        else:
            done.append(before + b"@")
            before = after
    return b"".join((*done, before))


async def write_journal(
    tx: UnitOfWork, run_id: UUID, heard: Sequence[Heard], after: int, *, rows: int | None, changed: int | None
) -> None:
    """In the transaction that stores what came. The last request is the one that brought the rows."""
    entries = [
        _entry(tx.org_id, run_id, number, one) | _effect(one is heard[-1], rows, changed)
        for number, one in enumerate(heard, after + 1)
    ]
    if entries:
        await tx.session.execute(insert(JournalEntry), entries)


def _effect(brought: bool, rows: int | None, changed: int | None) -> dict[str, int | None]:
    return {"rows": rows if brought else None, "changed": changed if brought else None}


def _entry(org_id: UUID | None, run_id: UUID, number: int, one: Heard) -> dict[str, Any]:
    exchange = one.exchange
    return {
        "id": new_id(),
        "org_id": org_id,
        "sync_run_id": run_id,
        "sequence": number,
        "at": one.at,
        "method": exchange.method,
        "path": exchange.path,
        "params": {name: redact(str(value)) for name, value in exchange.params.items()},
        "status": exchange.status,
        "body_sha256": one.digest,
        "body_bytes": len(exchange.body),
        "body": one.body,
        "duration_ms": exchange.duration_ms,
        "provider_request_id": exchange.provider_request_id,
    }


async def prune_journal(rt: Runtime, lease: Lease) -> Again:
    """Bodies go after the operator's days; hashes and counts stay."""
    oldest = rt.clock.now() - timedelta(days=rt.config.retention.sync_bodies_days)
    drop = text(
        "UPDATE sync_journal SET body = NULL WHERE id IN (SELECT id FROM sync_journal"
        " WHERE org_id = :org AND body IS NOT NULL AND at < :oldest LIMIT :most)"
    )
    given = {"org": lease.org_id, "oldest": oldest, "most": PRUNE_AT_ONCE}
    dropped = PRUNE_AT_ONCE
    while dropped == PRUNE_AT_ONCE:
        async with unit_of_work(rt.sessions, lease.org_id) as tx:
            await lease.guard(tx)
            dropped = (await tx.session.execute(drop, given)).rowcount  # type: ignore[attr-defined]
    return Again(rt.clock.now() + PRUNE_EVERY)

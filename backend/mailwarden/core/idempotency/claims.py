"""One key, one effect. The row, the effect and the stored answer are committed together, or none of them is.

So a request that ended in an error did nothing, and its key is free again; a crash leaves everything or nothing. Routes
that call a provider have no transaction to share: their key is leased, and after a crash in the middle of the call it
becomes free when the lease ends.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Delete, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import AppError, Conflict, Invalid
from mailwarden.core.idempotency.asked import STATE, Asked
from mailwarden.core.idempotency.models import IdempotencyKey
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime

TX = "mailwarden.tx"
LEASE = timedelta(minutes=2)  # longer than any call of a provider lasts
LOCKED = "55P03"
KEPT_HEADERS = ("content-type", "etag", "location", "deprecation", "sunset", "link")
WAIT_MS = "2000"


class MalformedKey(AppError):
    status, code, title = 400, "invalid_idempotency_key", "This Idempotency-Key cannot be used"


class KeyReused(Invalid):
    code, title = "idempotency_key_reused", "This Idempotency-Key belongs to another request"


class StillRunning(Conflict):
    code, title, retryable = "idempotency_key_in_use", "The first request with this Idempotency-Key still runs", True


@dataclass
class Replayed(Exception):
    """The answer of the first request stands in for ours."""

    status: int
    headers: dict[str, str]
    body: bytes


async def on_replayed(_: Request, exc: Exception) -> Response:
    first = cast(Replayed, exc)
    return Response(first.body, first.status, {**first.headers, "Idempotency-Replayed": "true"})


async def claim(request: Request, rt: Runtime, tx: UnitOfWork, org_id: UUID, principal: str) -> None:
    """Call it once the caller is known and allowed. Raises Replayed, KeyReused, StillRunning, MalformedKey."""
    asked: Asked | None = request.scope.get(STATE)
    if asked is None:
        return
    if not asked.is_wellformed:
        raise MalformedKey("Send 1 to 255 visible ASCII characters, best a random UUID.")
    asked.apart = request.scope.get(TX) is not tx
    row_id = new_id()
    fingerprint = rt.keys.fingerprint(asked.digest.hex())  # bodies hold secrets, which a plain one would betray
    if await _insert(tx, asked, org_id, principal, row_id, fingerprint):
        asked.row = (org_id, row_id)
        return
    asked.row = await _existing(rt, tx, asked, org_id, principal, fingerprint)


async def _insert(tx: UnitOfWork, asked: Asked, org_id: UUID, principal: str, row_id: UUID, fingerprint: bytes) -> bool:
    """Waits a moment for another transaction that holds the same key."""
    wanted = {"id": row_id, "org_id": org_id, "principal": principal, "key": asked.key}
    row = {**wanted, "fingerprint": fingerprint, "lease_until": app_now() + LEASE if asked.apart else None}
    statement = insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.id)
    try:
        await tx.session.execute(text("SELECT set_config('lock_timeout', :ms, true)"), {"ms": WAIT_MS})
        made = await tx.session.scalar(statement)
        await tx.session.execute(text("SELECT set_config('lock_timeout', '5000', true)"))
    except DBAPIError as exc:
        if getattr(exc.orig, "sqlstate", None) != LOCKED:
            raise
        raise _still_running() from exc
    return made is not None


def _still_running() -> StillRunning:
    return StillRunning("Ask again in a second; do not change the key.", headers={"Retry-After": "1"})


async def _existing(
    rt: Runtime, tx: UnitOfWork, asked: Asked, org_id: UUID, principal: str, fingerprint: bytes
) -> tuple[UUID, UUID]:
    """Only a key whose lease has ended may be taken over."""
    mine = (IdempotencyKey.org_id == org_id, IdempotencyKey.principal == principal, IdempotencyKey.key == asked.key)
    row = await tx.session.scalar(select(IdempotencyKey).where(*mine).with_for_update())
    if row is None:
        raise _still_running()
    if row.fingerprint != fingerprint:
        raise KeyReused("A key stands for one request. Make a new one for another.")
    if row.status is not None and row.body is not None:
        body = rt.keys.open(row.body, _place(org_id, row.id)).encode("latin-1")
        raise Replayed(row.status, row.headers or {}, body)
    if row.lease_until is None or row.lease_until > rt.clock.now():
        raise _still_running()
    row.lease_until = rt.clock.now() + LEASE
    return org_id, row.id


def _place(org_id: UUID, row_id: UUID) -> Place:
    return Place("idempotency_keys", "body", org_id, row_id)


async def store(rt: Runtime, tx: UnitOfWork, row: tuple[UUID, UUID], response: Response) -> None:
    """In the transaction of the effect. What cannot be kept (a stream, a failure) leaves the key free."""
    org_id, row_id = row
    before = tx.org_id
    await tx.act_for(org_id)
    body = getattr(response, "body", None)
    if body is None or response.status_code >= 500:
        await tx.session.execute(_removal(row))
    else:
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        sealed = rt.keys.seal(bytes(body).decode("latin-1"), _place(org_id, row_id))
        mine = update(IdempotencyKey).where(IdempotencyKey.org_id == org_id, IdempotencyKey.id == row_id)
        values = {"status": response.status_code, "headers": kept, "body": sealed, "lease_until": None}
        await tx.session.execute(mine.values(values))
    if before is not None and before != org_id:
        await tx.act_for(before)


def _removal(row: tuple[UUID, UUID]) -> Delete:
    return delete(IdempotencyKey).where(IdempotencyKey.org_id == row[0], IdempotencyKey.id == row[1])


async def free(tx: UnitOfWork, row: tuple[UUID, UUID]) -> None:
    await tx.session.execute(_removal(row))

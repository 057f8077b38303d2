"""A connection's secret: claimed by lease, stored by compare-and-swap, never overwritten by an older answer."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from mailwarden.connections.audience_store import keep_token
from mailwarden.connections.journal import TokenAnswer, TokenJournal
from mailwarden.connections.keepsake import keep_until_given_back
from mailwarden.connections.models import Connection, Credential, Orphan, RefreshAttempt
from mailwarden.connections.queries import get_credential
from mailwarden.connections.rules import Status, refresh_after
from mailwarden.connections.unreadable import access_token_of, opened, opened_if_readable, opening, place
from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork, app_now, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import RetryLater
from mailwarden.core.metrics import ORPHANS
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Evidence, Grant
from mailwarden.providers.hooks.tokens import names_of

log = logging.getLogger(__name__)

ALIVE = (Status.CONNECTED, Status.VERIFYING)
NO_OUTCOME = "the process that asked for it ended before an answer was stored"


class Stored(StrEnum):
    REFRESHED = "refreshed"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Claim:
    """The sole right to spend this refresh token, until the lease ends."""

    org_id: UUID
    connection_id: UUID
    credential_id: UUID
    provider: str
    attempt_id: UUID
    version: int
    spent_hash: bytes
    refresh_token: str = field(repr=False)
    previous: str | None = field(repr=False)
    scopes: tuple[str, ...]
    claimed_at: float  # monotonic
    audience: str | None = None  # for which further service it is spent; None: for the API
    claims: str | None = None  # what the API demanded of the next token


@dataclass(frozen=True, slots=True)
class Held:
    """What is stored now."""

    version: int
    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_after: datetime
    lease_until: datetime | None
    next_try_at: datetime | None
    refusals: int
    failures: int
    is_untold: bool  # of a refresh that its process did not live to tell of


def journal_of(rt: Runtime) -> TokenJournal:
    return TokenJournal(rt.config.data_dir / "token-journal", rt.keys)


async def read_held(rt: Runtime, org_id: UUID, connection_id: UUID) -> Held:
    """Raises Unreadable. An access token that alone is damaged counts as expired: a refresh brings another."""
    async with opening(rt, org_id, connection_id):
        async with reader(rt.sessions, org_id) as tx:
            row = await get_credential(tx, org_id, connection_id)
        token = access_token_of(rt, row)
    return Held(
        version=row.version,
        access_token=token or "",
        expires_at=row.expires_at if token else row.issued_at,
        refresh_after=row.refresh_after,
        lease_until=row.lease_until,
        next_try_at=row.next_try_at,
        refusals=row.refusals,
        failures=row.failures,
        is_untold=row.untold_at is not None,
    )


async def wait_for_holder(rt: Runtime, org_id: UUID, connection_id: UUID) -> None:
    """For what asks once and not again: who was killed while it refreshed holds the token until its lease ends.

    Raises RetryLater until then.
    """
    mine = (Credential.org_id == org_id, Credential.connection_id == connection_id)
    async with reader(rt.sessions, org_id) as tx:
        until = await tx.session.scalar(select(Credential.lease_until).where(*mine))
    left = until - rt.clock.now() if until else timedelta()
    if left > timedelta():
        raise RetryLater(left.total_seconds() + 1)


async def claim_refresh(
    rt: Runtime,
    org_id: UUID,
    connection_id: UUID,
    *,
    only_version: int | None = None,
    statuses: tuple[str, ...] = ALIVE,
) -> Claim | None:
    """One short committed UPDATE (R1). None: not due, not allowed yet, or somebody else holds it.

    ``only_version``: due or not, as long as nobody has refreshed since. Raises Unreadable; then nothing is claimed.
    """
    lease, before = timedelta(seconds=rt.config.timing.refresh_lease_s), aliased(Credential)
    usable = exists().where(Connection.id == connection_id, Connection.status.in_(statuses))
    mine = update(Credential).where(
        Credential.org_id == org_id,
        Credential.connection_id == connection_id,
        Credential.refresh_token.is_not(None),
        or_(Credential.next_try_at.is_(None), Credential.next_try_at <= app_now()),
        or_(Credential.lease_until.is_(None), Credential.lease_until < app_now()),
        usable,
        before.id == Credential.id,
        Credential.refresh_after <= app_now() if only_version is None else Credential.version == only_version,
    )
    taken = mine.values(lease_until=app_now() + lease, attempt_id=new_id()).returning(Credential, before.lease_until)
    claimed_at = time.monotonic()  # before the commit, so that it never seems younger than the lease
    async with opening(rt, org_id, connection_id), unit_of_work(rt.sessions, org_id) as tx:
        found = (await tx.session.execute(taken.execution_options(populate_existing=True))).one_or_none()
        if found is None:
            return None
        row, left = found
        claim = _as_claim(rt, row, await _provider_of(tx, connection_id), claimed_at)
        if left is not None:
            tx.session.add(_without_outcome(claim))
        return claim


def _without_outcome(claim: Claim) -> RefreshAttempt:
    """Of the attempt whose lease nobody gave back: it may have reached the provider, and spent the token there."""
    evidence = Evidence(None, "refresh", "POST", "", "", None, None, NO_OUTCOME).as_json() | {"sent": True}
    return RefreshAttempt(
        id=new_id(), org_id=claim.org_id, connection_id=claim.connection_id, provider=claim.provider,
        outcome="unavailable", evidence=evidence,
    )  # fmt: skip


async def _provider_of(tx: UnitOfWork, connection_id: UUID) -> str:
    return (await tx.session.get_one(Connection, connection_id)).provider


def _as_claim(rt: Runtime, row: Credential, provider: str, claimed_at: float) -> Claim:
    token = opened(rt, row, "refresh_token")
    if token is None or row.refresh_hash is None or row.attempt_id is None:
        raise ValueError("a claim without a token to spend")
    return Claim(
        org_id=row.org_id,
        connection_id=row.connection_id,
        credential_id=row.id,
        provider=provider,
        attempt_id=row.attempt_id,
        version=row.version,
        spent_hash=row.refresh_hash,
        refresh_token=token,
        previous=opened_if_readable(rt, row, "previous_refresh_token"),
        scopes=tuple(row.scopes or ()),
        claimed_at=claimed_at,
    )


async def store_for_sure(rt: Runtime, answer: TokenAnswer) -> Stored:
    """Tries until the database has it (R5); the journal holds it meanwhile."""
    pause = 0.05
    while True:
        try:
            return await store(rt, answer)
        except IntegrityError:  # the connection is gone, and with it any use of the token
            return Stored.ORPHANED
        except Exception:
            log.exception("a token answer is not stored yet", extra={"provider": answer.provider})
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 2)


async def store(rt: Runtime, answer: TokenAnswer) -> Stored:
    """Swaps version *and* spent token (R5). Whoever comes late keeps the answer as an orphan."""
    async with unit_of_work(rt.sessions, answer.org_id) as tx:
        row = await _locked(tx, answer)
        if row is not None and _fits(rt, row, answer):
            await _apply(rt, tx, row, answer)
            row.untold_at = row.refreshed_at
            return Stored.REFRESHED
        if row is not None and _is_ours(rt, row, answer):
            return Stored.REFRESHED  # our commit went through, only its acknowledgement was lost
        if row is not None and row.refresh_token is None and answer.grant.refresh_token:
            connection = await tx.session.get_one(Connection, answer.connection_id)
            await keep_until_given_back(rt, tx, connection, answer.grant.refresh_token)  # disconnected meanwhile
        elif row is not None:
            _keep_orphan(rt, tx, answer)
    return Stored.ORPHANED


async def _locked(tx: UnitOfWork, answer: TokenAnswer) -> Credential | None:
    return await tx.session.get(Credential, answer.credential_id, with_for_update=True, populate_existing=True)


def _fits(rt: Runtime, row: Credential, answer: TokenAnswer) -> bool:
    """A grant whose refresh token stays cannot follow one that cannot be read: that would wipe it."""
    if (row.version, row.refresh_hash) != (answer.version, answer.spent_hash):
        return False
    return bool(answer.grant.refresh_token or _presented(rt, row, answer))


def _presented(rt: Runtime, row: Credential, answer: TokenAnswer) -> str | None:
    """Which of both the provider took: where rotation overlaps, that one goes on to be good."""
    return opened_if_readable(rt, row, "previous_refresh_token" if answer.of_previous else "refresh_token")


def _is_ours(rt: Runtime, row: Credential, answer: TokenAnswer) -> bool:
    if answer.audience is not None:
        refresh = answer.grant.refresh_token
        return refresh is not None and row.refresh_hash == rt.keys.fingerprint(refresh)
    return opened_if_readable(rt, row, "access_token") == answer.grant.access_token


async def _apply(rt: Runtime, tx: UnitOfWork, row: Credential, answer: TokenAnswer) -> None:
    if row.refresh_token is None:
        raise ValueError("a grant that cannot be refreshed was refreshed")
    spent = _presented(rt, row, answer)
    row.previous_refresh_token = rt.keys.seal(spent, place(row, "previous_refresh_token")) if spent else None
    row.version += 1
    if answer.audience is None:
        set_tokens(rt, row, answer.grant, answer.sent_at, kept=spent)
        return
    owner = (answer.org_id, answer.connection_id, answer.audience)
    await keep_token(rt, tx, *owner, answer.grant, answer.sent_at)
    _set_refresh(rt, row, answer.grant.refresh_token or spent)
    _settle(rt, row)


def set_tokens(rt: Runtime, row: Credential, grant: Grant, sent_at: datetime, kept: str | None) -> None:
    """Column by column; ``kept`` is the refresh token that stays if the provider gave no new one (RFC 6749 §6)."""
    refresh = grant.refresh_token or kept
    row.access_token = rt.keys.seal(grant.access_token, place(row, "access_token"))
    _set_refresh(rt, row, refresh)
    if grant.scopes is not None:
        row.scopes = sorted(grant.scopes)
    row.issued_at = sent_at  # counted from sending, so never too late (R10)
    row.expires_at = sent_at + timedelta(seconds=grant.expires_in_s)
    life_s = min(grant.expires_in_s, grant.renew_in_s or grant.expires_in_s)
    row.refresh_after = refresh_after(sent_at, sent_at + timedelta(seconds=life_s), row.id, row.version)
    if grant.ends_in_s is not None:
        row.grant_ends_at = sent_at + timedelta(seconds=grant.ends_in_s)
    _settle(rt, row)


def _set_refresh(rt: Runtime, row: Credential, refresh: str | None) -> None:
    row.refresh_token = rt.keys.seal(refresh, place(row, "refresh_token")) if refresh else None
    row.refresh_hash = rt.keys.fingerprint(refresh) if refresh else None
    row.token_prefix, row.token_sha512x2 = map(rt.keys.fingerprint, names_of(refresh)) if refresh else (None, None)


def _settle(rt: Runtime, row: Credential) -> None:
    row.refreshed_at = rt.clock.now()
    row.lease_until = row.next_try_at = row.first_refused_at = row.untold_at = None
    row.refusals = row.failures = 0


def _keep_orphan(rt: Runtime, tx: UnitOfWork, answer: TokenAnswer) -> None:
    orphan_id = new_id()
    told: dict[str, Any] = {"access_token": answer.grant.access_token, "refresh_token": answer.grant.refresh_token}
    sealed = rt.keys.seal(str(told), Place("orphan_tokens", "answer", answer.org_id, orphan_id))
    tx.session.add(
        Orphan(
            id=orphan_id,
            org_id=answer.org_id,
            connection_id=answer.connection_id,
            version=answer.version,
            spent_hash=answer.spent_hash,
            answer=sealed,
        )
    )
    ORPHANS.labels(answer.provider).inc()


async def replay_journal(rt: Runtime) -> int:
    """At every start and every minute (R6): stores what a killed process had received. How many were adopted."""
    journal, adopted = journal_of(rt), 0
    for answer in list(journal.entries()):
        with contextlib.suppress(IntegrityError):  # the connection is gone
            adopted += await store(rt, answer) is Stored.REFRESHED
        journal.remove(answer.attempt_id)
    if adopted:
        log.warning("token answers of an earlier process were stored", extra={"count": adopted})
    return adopted

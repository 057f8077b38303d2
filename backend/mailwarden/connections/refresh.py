"""Token refresh: fenced single flight, one deadline, journal before commit, compare-and-swap (token-refresh R0-R12)."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, update

from mailwarden.connections.credentials import (
    ALIVE,
    Claim,
    Stored,
    claim_refresh,
    journal_of,
    store_for_sure,
)
from mailwarden.connections.health import report_any_failure, report_scopes, report_success
from mailwarden.connections.incidents import close_breaker, may_try, open_breaker
from mailwarden.connections.journal import TokenAnswer
from mailwarden.connections.models import Credential, RefreshAttempt
from mailwarden.connections.our_app import confirmation, our_app, spec_of
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Actor, Proof
from mailwarden.connections.telling import tell_refreshed
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import backoff_s
from mailwarden.core.logging import Sparing
from mailwarden.core.metrics import REFRESHES
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import (
    AccessRevoked,
    Evidence,
    Grant,
    Misconfigured,
    ProviderError,
    RateLimited,
    Signal,
    Unavailable,
)
from mailwarden.providers.capabilities import ProvesWork
from mailwarden.providers.oauth import OAuth
from mailwarden.providers.registry import PROVIDERS

log = logging.getLogger(__name__)
alarm = Sparing(log)

MARGIN = timedelta(seconds=60)  # a token with less left is never sent
LONGEST_PAUSE_S = 30  # per connection; the provider's own budget keeps all of them together within bounds


class Result(StrEnum):
    REFRESHED = "refreshed"
    NOT_CLAIMED = "not_claimed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refreshed:
    result: Result
    error: ProviderError | None = None


async def refresh_once(
    rt: Runtime,
    org_id: UUID,
    connection_id: UUID,
    provider: str,
    *,
    only_version: int | None = None,
    statuses: tuple[str, ...] = ALIVE,
    audience: str | None = None,
    claims: str | None = None,
) -> Refreshed:
    """At most one POST. Its outcome is stored and reported when this returns, also if the caller is cancelled.

    ``audience``: for a further service of the same grant. That it is refused proves nothing about the grant, so such a
    refusal is only answered, not reported.
    """
    rt = rt.pressing()
    if not _can_keep_answers(rt, provider) or not await may_try(rt, provider):
        return Refreshed(Result.NOT_CLAIMED)
    try:
        claim = await claim_refresh(rt, org_id, connection_id, only_version=only_version, statuses=statuses)
    except Unreadable as error:
        return Refreshed(Result.FAILED, error)
    if claim is None:
        return Refreshed(Result.NOT_CLAIMED)
    return await _unstoppable(_spend(rt, replace(claim, audience=audience, claims=claims)))


def _can_keep_answers(rt: Runtime, provider: str) -> bool:
    """With strict rotation a lost answer is the end of the grant: no new attempt on a disk that takes nothing (C14)."""
    if spec_of(provider).refresh.rotation != "strict":
        return True
    try:
        journal_of(rt).check()
    except OSError:
        alarm.critical("the token journal cannot be written; no token of such a provider is refreshed here")
        return False
    return True


async def _unstoppable(work: Any) -> Refreshed:
    """From the POST to the commit nothing may interrupt: a shutdown waits, a lost lease does not matter."""
    task: asyncio.Task[Refreshed] = asyncio.ensure_future(work)
    stopped: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            if task.cancelled():
                raise
            stopped = exc
        except Exception:  # noqa: BLE001 - raised again by task.result()
            break
    if stopped is not None:
        raise stopped
    return task.result()


async def _spend(rt: Runtime, claim: Claim) -> Refreshed:
    started = time.monotonic()
    sent_at = rt.clock.now()
    try:
        grant, of_previous = await _post(rt, claim)
    except ProviderError as error:
        return await _failed(rt, claim, error, started)
    answer = TokenAnswer(
        org_id=claim.org_id,
        connection_id=claim.connection_id,
        credential_id=claim.credential_id,
        attempt_id=claim.attempt_id,
        provider=claim.provider,
        version=claim.version,
        spent_hash=claim.spent_hash,
        sent_at=sent_at,
        grant=grant,
        audience=claim.audience,
        of_previous=of_previous,
    )
    journal = journal_of(rt)
    try:
        journal.append(answer)
    except OSError:
        alarm.critical("the token journal cannot be written; only the database can keep such an answer")
    stored = await store_for_sure(rt, answer)
    journal.remove(claim.attempt_id)
    await _tell(rt, claim, stored, grant, started)
    return Refreshed(Result.REFRESHED)


async def _post(rt: Runtime, claim: Claim) -> tuple[Grant, bool]:
    """What left has its whole deadline, since its answer may come only once, and that ends before the lease.

    Who slept too long, or waited too long for its turn, sends nothing (C10).
    """
    timing = rt.config.timing
    leave_by = claim.claimed_at + timing.refresh_lease_s - timing.refresh_deadline_s - 1
    if time.monotonic() > leave_by:
        raise Unavailable(own_evidence("the lease is nearly over; nothing was sent"), sent=False)
    return await _present(OAuth(our_app(rt, claim.provider), leave_by=leave_by), claim)


async def _present(oauth: OAuth, claim: Claim) -> tuple[Grant, bool]:
    """And whether it is for the token before the stored one."""
    spec, scope = spec_of(claim.provider), None
    if claim.audience is not None:
        scope = " ".join((*spec.auth.audience(claim.audience).scopes, "offline_access"))
    try:
        return await oauth.refresh(claim.refresh_token, scope=scope, claims=claim.claims), False
    except AccessRevoked:
        if spec.refresh.rotation != "overlap" or claim.previous is None or scope is not None:
            raise
        # our successor may never have counted there
        return await oauth.refresh(claim.previous, claims=claim.claims), True


def own_evidence(message: str, signal: Signal | None = None) -> Evidence:
    return Evidence(signal, "refresh", "POST", "", "", None, None, message)


async def _tell(rt: Runtime, claim: Claim, stored: Stored, grant: Grant, started: float) -> None:
    """After the commit that matters; what fails here is only told later."""
    REFRESHES.labels(claim.provider, stored).inc()
    try:
        await close_breaker(rt, claim.provider)
        async with unit_of_work(rt.sessions, claim.org_id) as tx:
            if stored is not Stored.REFRESHED:
                tx.session.add(_attempt(claim, stored, None, started))
                return
            await tell_refreshed(rt, tx, claim.org_id, claim.connection_id, _took_ms(started))
            if grant.scopes is not None and claim.audience is None:
                said = own_evidence("the refreshed grant")
                complete = await report_scopes(rt, tx, claim.connection_id, grant.scopes, said, Actor.REFRESH)
                if complete and isinstance(PROVIDERS[claim.provider], ProvesWork):  # no harmless call would prove it
                    await report_success(rt, tx, claim.connection_id, Actor.REFRESH, Proof.GRANT)
    except Exception:
        log.exception("a refresh succeeded but could not be reported")


def _attempt(claim: Claim, outcome: str, error: ProviderError | None, started: float) -> RefreshAttempt:
    evidence = None
    if error is not None:
        evidence = error.evidence.as_json() | {"sent": not isinstance(error, Unavailable) or error.sent}
    return RefreshAttempt(
        id=new_id(),
        org_id=claim.org_id,
        connection_id=claim.connection_id,
        provider=claim.provider,
        outcome=outcome,
        evidence=evidence,
        duration_ms=_took_ms(started),
    )


def _took_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


async def _failed(rt: Runtime, claim: Claim, error: ProviderError, started: float) -> Refreshed:
    """R7: what may be tried again when, by what is known of the token that was sent.

    With what the connection is told of it: a refusal that was only counted would hold up the next one, and the verdict.
    """
    outcome = _outcome(error)
    if isinstance(error, Misconfigured):
        await open_breaker(rt, claim.provider, error)
    aside = claim.audience is not None and isinstance(error, AccessRevoked)
    async with unit_of_work(rt.sessions, claim.org_id) as tx:
        # before the credential, as a disconnect does
        await find_connection(tx, claim.org_id, claim.connection_id, lock=True)
        row = await _release(rt, tx, claim, error)
        stamped = _attempt(claim, outcome if row else "superseded", error, started)
        tx.session.add(stamped)
        if row and not aside:
            await report_any_failure(rt, tx, claim.connection_id, error, Actor.REFRESH)
    REFRESHES.labels(claim.provider, stamped.outcome).inc()
    if not row:  # somebody else's token is stored by now, so this refusal says nothing about it
        log.info("a refresh came too late", extra={"connection_id": str(claim.connection_id), "outcome": outcome})
        return Refreshed(Result.REFRESHED)
    return Refreshed(Result.FAILED, error)


def _outcome(error: ProviderError) -> str:
    if isinstance(error, AccessRevoked):
        return "refused"
    if isinstance(error, RateLimited):
        return "rate_limited"
    return "misconfigured" if isinstance(error, Misconfigured) else "unavailable"


async def _release(rt: Runtime, tx: Any, claim: Claim, error: ProviderError) -> bool:
    """Gives the lease back with the time of the next try. False: the row was refreshed or replaced meanwhile."""
    own_wait = isinstance(error, RateLimited | Misconfigured)
    refused, aside = isinstance(error, AccessRevoked), claim.audience is not None
    mine = update(Credential).where(
        Credential.org_id == claim.org_id,
        Credential.id == claim.credential_id,
        Credential.version == claim.version,
        Credential.attempt_id == claim.attempt_id,
    )
    counted = mine.values(
        lease_until=None,
        refusals=Credential.refusals + (1 if refused and not aside else 0),
        first_refused_at=func.coalesce(Credential.first_refused_at, app_now())
        if refused and not aside
        else Credential.first_refused_at,
        failures=Credential.failures + (0 if refused or own_wait else 1),
    )
    row = await tx.session.scalar(counted.returning(Credential).execution_options(populate_existing=True))
    if row is None:
        return False
    if not (refused and aside):
        row.next_try_at = _next_try(rt, claim, row, error)
    return True


def _next_try(rt: Runtime, claim: Claim, row: Credential, error: ProviderError) -> Any:
    if isinstance(error, AccessRevoked):
        wait = confirmation(rt, claim.provider).next_try_s(row.refusals)
        return (row.first_refused_at or rt.clock.now()) + timedelta(seconds=wait)
    return rt.clock.now() + timedelta(seconds=_pause_s(rt, claim, row.failures, error))


def _pause_s(rt: Runtime, claim: Claim, failures: int, error: ProviderError) -> float:
    """After an unknown outcome the same token again: soon where the provider forgives it, else after the lease."""
    if isinstance(error, RateLimited):
        return error.retry_after_s
    if isinstance(error, Misconfigured):
        return 60
    if isinstance(error, Unavailable) and error.sent and failures <= 2:
        strict = spec_of(claim.provider).refresh.rotation == "strict"
        return rt.config.timing.refresh_lease_s if strict and failures == 1 else (2, 2, 10)[failures]
    if isinstance(error, Unavailable) and error.retry_after_s:
        return min(error.retry_after_s, LONGEST_PAUSE_S)
    return backoff_s(failures, rt.rng, cap_s=LONGEST_PAUSE_S)

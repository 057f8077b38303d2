"""From what a provider said, or did not say, to what is known about an attempt.

An attempt is settled by its id under its lock, whoever holds the mailbox by then: what a provider said stays true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import (
    AccessRevoked,
    EgressRefused,
    Misconfigured,
    ProviderError,
    RateLimited,
    ScopesMissing,
    Unavailable,
)
from mailwarden.providers.imap.problems import SenderRefused
from mailwarden.providers.outgoing import Deferred, Handed, MessageRefused, SendingCapped
from mailwarden.sending.claim import Claimed
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.outcomes import fail_message, set_accepted, set_refused, set_unknown, tell_sources
from mailwarden.sending.rules import Code, next_try
from mailwarden.sending.source import Outcome
from mailwarden.sending.store import attempts_of, doubtful_attempt, find_message, open_attempt

# The first that fits. All of these surely sent nothing.
NOT_SENT: tuple[tuple[type[ProviderError], Code], ...] = (
    (SendingCapped, Code.CAPPED),
    (Deferred, Code.DEFERRED),
    (RateLimited, Code.RATE_LIMITED),
    (AccessRevoked, Code.LOGIN_REFUSED),
    (ScopesMissing, Code.PERMISSION_MISSING),
    (Misconfigured, Code.MISCONFIGURED),
    (Unreadable, Code.MISCONFIGURED),
    (EgressRefused, Code.UNAVAILABLE),  # a name that leads to a forbidden place today; nobody judged the mail
    (Unavailable, Code.UNAVAILABLE),
)
NO_ANSWER = "The answer got lost after the mail had left: it may have been sent."


@dataclass(frozen=True, slots=True)
class Meaning:
    outcome: Outcome
    code: Code
    detail: str


def meaning_of(error: ProviderError) -> Meaning:
    """Only a judgement of the mail itself is final; a server error after the mail left leaves everything open (M2)."""
    said = error.evidence.message or type(error).__name__
    if isinstance(error, Unavailable) and error.sent:
        return Meaning(Outcome.UNKNOWN, Code.UNKNOWN, NO_ANSWER)
    if isinstance(error, SenderRefused):
        return Meaning(Outcome.REFUSED, Code.SENDER_REFUSED, said)
    for kind, code in NOT_SENT:
        if isinstance(error, kind):
            return Meaning(Outcome.NOT_SENT, code, said)
    return Meaning(Outcome.REFUSED, Code.REFUSED, said)


async def settle(rt: Runtime, claimed: Claimed, result: Handed | ProviderError) -> None:
    async with unit_of_work(rt.sessions, claimed.org_id) as tx:
        message = await find_message(tx, claimed.org_id, claimed.message_id, lock=True)
        if message is None:
            return
        attempt = await open_attempt(tx, message)
        if isinstance(result, Handed):  # also what somebody declared unsent meanwhile: it need not go again
            attempt = attempt or await doubtful_attempt(tx, message)
        if attempt is None or attempt.id != claimed.attempt_id:
            return
        if isinstance(result, Handed):
            outcome = Outcome.FOUND if result.found else Outcome.ACCEPTED
            await set_accepted(rt, tx, message, attempt, result, outcome)
        else:
            await _failed(rt, tx, message, attempt, result)


async def _failed(rt: Runtime, tx: UnitOfWork, message: Message, attempt: SendAttempt, error: ProviderError) -> None:
    meaning = meaning_of(error)
    attempt.evidence = error.evidence.as_json()
    if meaning.outcome is Outcome.UNKNOWN:
        await set_unknown(rt, tx, message, attempt, meaning.code, meaning.detail)
    elif meaning.outcome is Outcome.REFUSED:
        refused = error.refused if isinstance(error, MessageRefused) else {}
        await set_refused(rt, tx, message, attempt, meaning.code, meaning.detail, refused)
    else:
        await _put_back(rt, tx, message, attempt, meaning, error)


async def _put_back(
    rt: Runtime, tx: UnitOfWork, message: Message, attempt: SendAttempt, meaning: Meaning, error: ProviderError
) -> None:
    """It stays queued under its Message-ID, until it took too long."""
    now = rt.clock.now()
    attempt.outcome, attempt.finished_at = Outcome.NOT_SENT, now
    attempt.code, attempt.detail = meaning.code, meaning.detail
    tried = await _tried(tx, message, attempt)
    at = next_try(len(tried), tried[0].started_at, meaning.code, now)
    if at is None:
        await fail_message(tx, message, Code.GIVEN_UP, f"Two days of trying were in vain: {meaning.detail}")
        return
    asked = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else timedelta()
    message.state, message.due_at = "queued", max(at, now + asked)
    message.failure_code, message.failure_detail = meaning.code, meaning.detail
    message.version += 1
    await tx.session.flush()
    await tell_sources(tx, message, Outcome.NOT_SENT)


async def _tried(tx: UnitOfWork, message: Message, attempt: SendAttempt) -> Sequence[SendAttempt]:
    """Since somebody ordered it, the first one first. A mail that waited for its time was not tried in that time."""
    ordered_at = message.queued_at or attempt.started_at
    return [one for one in reversed(await attempts_of(tx, message)) if one.started_at >= ordered_at] or [attempt]

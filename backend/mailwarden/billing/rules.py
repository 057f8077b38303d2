"""Where an organization stands, from what is known of it and the time. Pure (docs/billing.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REFUND_WINDOW = timedelta(days=14)  # full days of 24 hours from the payment, its last moment included
CREDENTIALS_KEPT = timedelta(days=30)  # so long are authorizations renewed while the organization is inactive
TRIAL_NOTICES = (7, 3, 1)  # days before the trial's end

GOOD = frozenset({"active", "trialing"})
OVER = frozenset({"canceled", "unpaid", "paused"})


class State(StrEnum):
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELING = "canceling"  # paid until the period's end, and not renewed
    INACTIVE = "inactive"


class Reason(StrEnum):
    """Why an organization is inactive."""

    TRIAL_OVER = "trial_over"
    CANCELLED = "cancelled"
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class Facts:
    """``status`` is Stripe's word for the subscription; None where none was ever bought."""

    trial_ends_at: datetime
    status: str | None = None
    cancel_at: datetime | None = None  # it is known to end then
    ended_at: datetime | None = None
    payment_failed: bool = False  # that is why it ended


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    reason: Reason | None = None
    since: datetime | None = None  # inactive since
    until: datetime | None = None  # the present rights end then, as far as is known

    @property
    def may_work(self) -> bool:
        return self.state is not State.INACTIVE


def standing(facts: Facts, now: datetime) -> Standing:
    """An end that is known beforehand comes at its moment, whether or not Stripe has told of it yet."""
    lives = facts.status in GOOD or facts.status == "past_due"
    if lives and (facts.cancel_at is None or now < facts.cancel_at):
        return _alive(facts)
    if now < facts.trial_ends_at:  # what is left of the trial is theirs, whatever they bought meanwhile
        return Standing(State.TRIALING, until=facts.trial_ends_at)
    if lives or facts.status in OVER:
        reason = Reason.PAYMENT_FAILED if facts.payment_failed else Reason.CANCELLED
        ended = facts.cancel_at if lives else facts.ended_at
        return Standing(State.INACTIVE, reason, max(ended or facts.trial_ends_at, facts.trial_ends_at))
    return Standing(State.INACTIVE, Reason.TRIAL_OVER, facts.trial_ends_at)


def _alive(facts: Facts) -> Standing:
    if facts.cancel_at is not None:
        return Standing(State.CANCELING, until=facts.cancel_at)
    return Standing(State.PAST_DUE if facts.status == "past_due" else State.ACTIVE)


def keeps_credentials(found: Standing, now: datetime) -> bool:
    """Authorizations are renewed for thirty days more, so that whoever comes back finds everything working."""
    return found.since is None or now < found.since + CREDENTIALS_KEPT


def boundaries(found: Standing) -> Iterator[datetime]:
    """The moments at which something is to be done about this standing."""
    if found.until is not None:
        yield found.until
        if found.state is State.TRIALING:
            yield from (found.until - timedelta(days=days) for days in TRIAL_NOTICES)
    if found.since is not None:
        yield found.since + CREDENTIALS_KEPT


def next_boundary(found: Standing, now: datetime) -> datetime | None:
    return min((at for at in boundaries(found) if at > now), default=None)


def trial_notice(found: Standing, now: datetime) -> int | None:
    """Of the notices that are due by now the latest: an earlier one would tell a wrong number of days."""
    if found.state is not State.TRIALING or found.until is None:
        return None
    left = found.until - now
    return min((days for days in TRIAL_NOTICES if left <= timedelta(days=days)), default=None)


def refundable_until(paid_at: datetime) -> datetime:
    return paid_at + REFUND_WINDOW


def is_refundable(paid_at: datetime, now: datetime) -> bool:
    """Within 14 times 24 hours from the payment; exactly then still (I5)."""
    return now <= refundable_until(paid_at)

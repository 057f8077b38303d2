"""The words of a connection, shared by code, API and interface (docs/connection-truth.md)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mailwarden.providers.base import Cause, Signal


class Status(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    VERIFYING = "verifying"
    INACTIVE = "inactive"
    DISCONNECTED = "disconnected"


class Degraded(StrEnum):
    """The provider is in trouble; nothing for the user to do."""

    PROVIDER_UNAVAILABLE = "provider_unavailable"
    RATE_LIMITED = "rate_limited"


class Frequency(StrEnum):
    REALTIME = "realtime"
    HOURLY = "hourly"
    EVERY_6_HOURS = "every_6_hours"
    DAILY = "daily"


class HistoryRange(StrEnum):
    DAYS_30 = "days_30"
    DAYS_90 = "days_90"
    MONTHS_12 = "months_12"
    ALL = "all"


class Actor(StrEnum):
    USER = "user"
    PROVIDER_SIGNAL = "provider_signal"
    PROBE = "probe"
    SYNC = "sync"
    REFRESH = "refresh"
    OPERATOR = "operator"


class WhoMustAct(StrEnum):
    NOBODY = "nobody"
    MEMBER = "member"
    OWNER_OR_MANAGER = "owner_or_manager"
    PROVIDER_ADMIN = "provider_admin"
    OPERATOR = "operator"


class Purpose(StrEnum):
    """What a connection is wanted for; one function answers for all of them."""

    SYNC = "sync"
    TEST = "test"
    SEND = "send"
    TRACK = "track"
    READ_MAILBOX = "read_mailbox"
    DRAFT = "draft"
    CONTACTS = "contacts"


class Proof(StrEnum):
    """What a successful call proves. Only a success of the kind that raised a suspicion clears it."""

    API = "api"
    REFRESH = "refresh"
    INTROSPECTION = "introspection"
    PERMISSIONS = "permissions"
    GRANT = "grant"  # a token answer that names every required scope


CLEARS: Mapping[Proof, frozenset[Signal]] = {
    Proof.API: frozenset({Signal.API_REFUSED}),
    Proof.REFRESH: frozenset({Signal.REFRESH_REFUSED, Signal.INTROSPECTION_INACTIVE, Signal.PROVIDER_SIGNAL}),
    Proof.INTROSPECTION: frozenset({Signal.INTROSPECTION_INACTIVE}),
    Proof.PERMISSIONS: frozenset({Signal.SCOPES_MISSING}),
    Proof.GRANT: frozenset({Signal.SCOPES_MISSING}),
}
CLEARED = "cleared"  # in a signal's cause: a later call of this kind was good
EQUAL_ANSWERS_S = 10  # two answers that name the same specific cause must lie so far apart
GENERIC = frozenset({Cause.ACCESS_REVOKED, Cause.UNKNOWN, Cause.TOKEN_EXPIRED, Cause.CREDENTIALS_REJECTED})
MOST_SPECIFIC_FIRST = (
    Cause.APP_UNINSTALLED,
    Cause.ACCOUNT_DISABLED,
    Cause.ADMIN_POLICY,
    Cause.PASSWORD_CHANGED,
    Cause.INTERACTION_REQUIRED,
    Cause.SCOPES_REMOVED,
    Cause.CREDENTIALS_REJECTED,
    Cause.TOKEN_EXPIRED,
    Cause.ACCESS_REVOKED,
)


@dataclass(frozen=True, slots=True)
class Suspicion:
    kind: Signal
    cause: str  # of `Cause`, or CLEARED
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When is refusal enough by itself: provider policy, with the demo's scale applied."""

    confirmations: int
    schedule_s: tuple[float, ...]
    scale: float = 1.0
    strict_rotation: bool = False
    span_s: float = 300  # refusals of one kind must stretch over so long

    def next_try_s(self, refusals: int) -> float:
        """Seconds from the first refusal to the try after ``refusals`` of them. It goes on at its slowest pace."""
        if refusals < len(self.schedule_s):
            return self.schedule_s[refusals] * self.scale
        pace = max(60.0, self.schedule_s[-1] - self.schedule_s[-2:][0])
        return (self.schedule_s[-1] + pace * (refusals - len(self.schedule_s) + 1)) * self.scale


@dataclass(frozen=True, slots=True)
class Doubt:
    """All that a verdict rests on. ``asked`` are the kinds refused just now, when the connection was asked again."""

    open: tuple[Suspicion, ...]
    asked: frozenset[Signal]
    refusals: int
    first_refused_at: datetime | None
    answer_lost: bool = False
    dies_at: datetime | None = None  # as foretold


def still_open(signals: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """The suspicions, oldest first, that no later success of their kind has cleared."""
    found: dict[Signal, list[Suspicion]] = {}
    for signal in signals:
        if signal.cause == CLEARED:
            found.pop(signal.kind, None)
        else:
            found.setdefault(signal.kind, []).append(signal)
    return tuple(sorted((s for group in found.values() for s in group), key=lambda s: s.at))


def verdict(doubt: Doubt, policy: Confirmation, now: datetime) -> Cause | None:
    """The cause of death, or None while it is only a suspicion (docs/connection-truth.md)."""
    grant = [s for s in doubt.open if s.kind is not Signal.SCOPES_MISSING]
    agreeing = {s.kind for s in grant} & (doubt.asked | {Signal.PROVIDER_SIGNAL})
    if len(agreeing) >= 2 or _equal_answers(grant, policy) or _refused_often(doubt, policy, now):
        return most_specific(grant, doubt, policy, now)
    lacking = [s for s in doubt.open if s.kind is Signal.SCOPES_MISSING]
    if len(lacking) >= 2 and Signal.SCOPES_MISSING in doubt.asked:
        return Cause.SCOPES_REMOVED
    return None


def _equal_answers(signals: list[Suspicion], policy: Confirmation) -> bool:
    """Twice the same specific cause, named by the provider itself; a glitch does not invent those."""
    for cause in {s.cause for s in signals} - GENERIC:
        times = [s.at for s in signals if s.cause == cause]
        if times[-1] - times[0] >= timedelta(seconds=EQUAL_ANSWERS_S * policy.scale):
            return True
    return False


def _refused_often(doubt: Doubt, policy: Confirmation, now: datetime) -> bool:
    if doubt.first_refused_at is None or doubt.refusals < policy.confirmations:
        return False
    return now - doubt.first_refused_at >= timedelta(seconds=policy.span_s * policy.scale)


def most_specific(signals: Iterable[Suspicion], doubt: Doubt, policy: Confirmation, now: datetime) -> Cause:
    """The most specific cause that the answers prove, and ``unknown`` where they prove none."""
    signals = tuple(signals)
    named = {s.cause for s in signals}
    cause = next((one for one in MOST_SPECIFIC_FIRST if one in named), Cause.UNKNOWN)
    if cause not in GENERIC:
        return cause
    refused_elsewhere = any(s.kind is not Signal.REFRESH_REFUSED for s in signals)
    if doubt.answer_lost and policy.strict_rotation and not refused_elsewhere:
        return Cause.UNKNOWN
    if doubt.dies_at is not None and now >= doubt.dies_at:
        return Cause.TOKEN_EXPIRED
    return cause


def refresh_after(issued_at: datetime, expires_at: datetime, credential_id: UUID, version: int) -> datetime:
    """70-85 % of the life, the same for every process and after every restart, spread over connections."""
    digest = hashlib.sha256(f"{credential_id}:{version}".encode()).digest()
    spread = int.from_bytes(digest[:8], "big") / 2**64
    return issued_at + (expires_at - issued_at) * (0.70 + 0.15 * spread)


def is_alike(failing: int, tried: int) -> bool:
    """Do so many of one provider's connections fail alike that it must be the provider or our app?"""
    return failing >= 5 and failing >= 0.20 * tried

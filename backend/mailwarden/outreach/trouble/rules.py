"""Which campaigns pause, when a clock ends, and what becomes of its recipients (DOMAIN §6; L6-L25)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailwarden.outreach.trouble.spans import Span, deadline, uncounted


class Trouble(StrEnum):
    """Why a connection does not work. The words are also those of ``pause_reason`` and ``paused_reason``."""

    INACTIVE = "connection_inactive"
    DISCONNECTED = "disconnected"


class Effect(StrEnum):
    CAMPAIGN_PAUSES = "campaign_pauses"
    ACCOUNT_PAUSES = "account_pauses"
    ACCOUNT_REMOVED = "account_removed"


class Kind(StrEnum):
    GRACE = "grace"
    NINE_DAYS = "nine_days"


class Fate(StrEnum):
    STOPPED = "stopped"
    FREED = "freed"
    UNTOUCHED = "untouched"


LENGTH = {Kind.GRACE: timedelta(minutes=60), Kind.NINE_DAYS: timedelta(days=9)}
# Of these nothing more is to come anyway; a reply or a bounce stays what it is.
ENDED = frozenset({"finished", "replied", "bounced", "unsubscribed", "suppressed", "campaign_stopped"})
STOPPED = "campaign_stopped"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a notice is due, in counted time since the start."""

    name: str
    after: timedelta


NOTICES: dict[Kind, tuple[Moment, ...]] = {
    Kind.GRACE: (
        Moment("30_min_left", timedelta(minutes=30)),
        Moment("10_min_left", timedelta(minutes=50)),
        Moment("2_min_left", timedelta(minutes=58)),
    ),
    Kind.NINE_DAYS: (
        Moment("start", timedelta()),
        Moment("24_hours", timedelta(hours=24)),
        Moment("day_3", timedelta(days=3)),
        Moment("day_6", timedelta(days=6)),
        Moment("day_8", timedelta(days=8)),
        Moment("1_hour_left", timedelta(days=9, hours=-1)),
    ),
}


def effect_of(trouble: Trouble, *, rotation: bool) -> Effect:
    """A campaign of one account pauses; in a rotation only that account does, or leaves the list (L6, L7, L9, L11)."""
    if not rotation:
        return Effect.CAMPAIGN_PAUSES
    return Effect.ACCOUNT_PAUSES if trouble is Trouble.INACTIVE else Effect.ACCOUNT_REMOVED


def clock_for(trouble: Trouble, *, rotation: bool) -> Kind | None:
    """A campaign of one account stays paused without limit (L23, Q45)."""
    if not rotation:
        return None
    return Kind.NINE_DAYS if trouble is Trouble.INACTIVE else Kind.GRACE


def follows_the_slot(*, rotation: bool) -> bool:
    """Another address in the slot: a campaign of one account goes on with it, a rotation does not (L25, Q46)."""
    return not rotation


def resumes_by_itself(*, rotation: bool, auto_resume: bool) -> bool:
    """After a repair without disconnect (L8, L9, Q22)."""
    return rotation or auto_resume


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the two, as it stands at ``now``; ``spans``: what does not count. Who cannot reach us, or the provider,
    cannot repair anything either, so it is left out of both: what the end does is for ever.
    """

    kind: Kind
    started_at: datetime
    now: datetime
    spans: Sequence[Span] = ()

    @property
    def due_at(self) -> datetime:
        """If nothing more has to be left out until then."""
        return deadline(self.started_at, LENGTH[self.kind], self.spans)

    @property
    def uncounted(self) -> timedelta:
        return self.due_at - self.started_at - LENGTH[self.kind]

    @property
    def elapsed(self) -> timedelta:
        return max(timedelta(), self.now - self.started_at - uncounted(self.spans, self.started_at, self.now))

    @property
    def remaining(self) -> timedelta:
        return max(timedelta(), self.due_at - self.now)

    @property
    def over(self) -> bool:
        """The last moment is in time (L21)."""
        return not in_time(self.now, self.due_at)

    def notice(self) -> Moment | None:
        """The latest one that is due: whoever was away is not told of all that is past."""
        due = [one for one in NOTICES[self.kind] if one.after <= self.elapsed]
        return due[-1] if due and not self.over else None

    def wake_at(self) -> datetime:
        """The next notice or the end, if all time counts until then. A little after: the end itself is in time."""
        waits = [one.after - self.elapsed for one in NOTICES[self.kind] if one.after > self.elapsed]
        wait = min([*waits, self.remaining])
        return self.now + (max(wait, STANDING) if self._stands else wait) + AFTER

    @property
    def _stands(self) -> bool:
        return any(one.start <= self.now <= one.end for one in self.spans)


AFTER = timedelta(milliseconds=1)
STANDING = timedelta(seconds=30)  # how often a clock looks again while an incident lasts


def in_time(at: datetime, due_at: datetime) -> bool:
    return at <= due_at


def fate(state: str, mails: int) -> Fate:
    """Of a recipient assigned to the account; ``mails``: of this campaign, that may have left from it (L15, L16)."""
    if state in ENDED:
        return Fate.UNTOUCHED
    return Fate.STOPPED if mails else Fate.FREED


def at_stake(recipients: Iterable[tuple[str, int]]) -> int:
    """How many will be stopped, of (state, mails)."""
    return sum(fate(*one) is Fate.STOPPED for one in recipients)

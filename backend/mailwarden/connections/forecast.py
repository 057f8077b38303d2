"""When a grant will die by itself, as far as the provider's rules and words foretell it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NOTICE_DAYS = (1, 7, 30)  # soonest first; each is told once per forecast
LOOK_AGAIN = timedelta(days=1)
SAME_FORECAST = timedelta(hours=1)  # a date that moves by less is the same one


class Why(StrEnum):
    """Which rule ends the grant."""

    UNUSED = "unused"  # not renewed for too long
    AGE = "age"  # so long after the consent, whatever happens
    ANNOUNCED = "announced"  # the provider named the date with the token


@dataclass(frozen=True, slots=True)
class Life:
    """How long grants live: provider policy, and what the operator knows of our own app there."""

    idle: timedelta | None = None
    most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """The dates of one authorization."""

    given_at: datetime
    renewed_at: datetime
    announced_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    dies_at: datetime
    why: Why
    whole: timedelta  # the life that ends then, from the renewal or consent that began it

    @property
    def can_be_kept_alive(self) -> bool:
        """Only what dies of disuse is saved by a renewal."""
        return self.why is Why.UNUSED


def foretell(life: Life, grant: Grant) -> Forecast | None:
    """The earliest end. None: this provider's grants live until somebody ends them."""
    ends = []
    if life.idle is not None:
        ends.append(Forecast(grant.renewed_at + life.idle, Why.UNUSED, life.idle))
    if life.most is not None:
        ends.append(Forecast(grant.given_at + life.most, Why.AGE, life.most))
    if grant.announced_end is not None:
        ends.append(Forecast(grant.announced_end, Why.ANNOUNCED, grant.announced_end - grant.given_at))
    return min(ends, key=lambda end: end.dies_at, default=None)


def notice_due(forecast: Forecast, now: datetime) -> int | None:
    """The notice that belongs to the time left, in days.

    A grant that never had more than seven days is not news at seven days: it was known at the consent.
    """
    left = forecast.dies_at - now
    if left <= timedelta(0):
        return None
    days = next((days for days in NOTICE_DAYS if left <= timedelta(days=days)), None)
    return days if days is not None and forecast.whole > timedelta(days=days) else None


def next_look(forecast: Forecast | None, now: datetime) -> datetime:
    """At the next notice's moment, and at least daily, since operators change settings and grants get renewed."""
    moments = [forecast.dies_at - timedelta(days=days) for days in NOTICE_DAYS] if forecast else []
    return min([moment for moment in moments if moment > now] + [now + LOOK_AGAIN])

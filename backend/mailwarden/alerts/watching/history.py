"""What rules look at: plain facts about one subject, oldest first, whatever table they come from."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about. ``key`` is the same for the same thing at every evaluation."""

    key: str
    label: str
    connection_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The snapshot of a day; a day has one."""

    day: date
    score: int


@dataclass(frozen=True, slots=True)
class Day:
    """Messages by the day they were sent: ``bad`` of ``volume``."""

    day: date
    bad: int
    volume: int


@dataclass(frozen=True, slots=True)
class Span:
    """Open at its end while ``until`` is none."""

    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Run:
    """A sync run that ended ``at``. What a failing connection alone explains is not told as a run."""

    id: str
    at: datetime
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """At ``at`` it became known that the data are complete up to ``as_of``."""

    at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Scores:
    points: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Days:
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Listings:
    """Of one address or domain on one list. ``tier``: 1 weighs most; not ``watched``: the last one ended unseen."""

    tier: int
    spans: tuple[Span, ...]
    detail: str = ""
    watched: bool = True


@dataclass(frozen=True, slots=True)
class Runs:
    """``usable``: when the connection was expected to work."""

    usable: tuple[Span, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    usable: tuple[Span, ...]
    reads: tuple[Read, ...]


Track = Scores | Days | Listings | Runs | Reads


@dataclass(frozen=True, slots=True)
class History:
    """Of one organization, for one kind of rule. Days are those of ``zone``."""

    tracks: tuple[tuple[Subject, Track], ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

"""Why our figures and the provider's totals differ, part by part, and whether anybody need care (F7-F9). Pure.

The parts of a difference are whole numbers and add up to it exactly: each comparison of a set of campaigns gives all
of its difference to one part, and what no rule explains is said to be unexplained.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

NORMAL_UP_TO, WATCH_UP_TO = 0.03, 0.05  # of the provider's total
FEW = 3  # so many more or less are normal, however small the total
REPEATED_UP_TO = 0.05


class Part(StrEnum):
    TIME_ZONE = "time_zone"
    LATE_EVENTS = "late_events"
    DEFINITION = "definition"
    ROUNDING = "rounding"
    MISSING_PAGE = "missing_page"
    UNEXPLAINED = "unexplained"


class Verdict(StrEnum):
    """From good to bad."""

    UNKNOWN = "unknown"  # there is nothing to compare with
    NORMAL = "normal"
    WATCH = "watch"
    ALARM = "alarm"


# A difference of these is in the nature of the question: nothing of ours is missing or wrong.
HARMLESS = frozenset({Part.TIME_ZONE, Part.DEFINITION, Part.ROUNDING})


class Held(StrEnum):
    BOTH = "both"
    THEIRS = "theirs"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Slice:
    """The same campaigns on both sides. ``shifted``: sent within the range in one of both time zones only.

    ``kept``: archived or deleted there, so that totals may leave them out while we keep them. ``unread``: we know the
    campaigns, but no figures of them. ``derived`` and ``repeats``: counts that both sides make in different ways.
    """

    held: Held
    ours: Mapping[str, int]
    theirs: Mapping[str, int]
    campaigns: tuple[str, ...] = ()
    shifted: bool = False
    settled: bool = True
    kept: bool = False
    unread: bool = False
    derived: frozenset[str] = frozenset()
    repeats: frozenset[str] = frozenset()
    rounding: int = 0

    def difference(self, metric: str) -> int:
        return self.ours.get(metric, 0) - self.theirs.get(metric, 0)


def part_of(one: Slice, metric: str) -> Part:
    """The most certain reason first: campaigns that only one side counts leave no doubt."""
    difference = one.difference(metric)
    if one.shifted:
        return Part.TIME_ZONE
    if one.held is Held.THEIRS or one.unread:
        return Part.MISSING_PAGE
    if one.held is Held.OURS:
        return Part.UNEXPLAINED
    if metric in one.derived:
        return Part.DEFINITION
    if abs(difference) <= one.rounding:
        return Part.ROUNDING
    if difference < 0 and not one.settled:
        return Part.LATE_EVENTS  # theirs grew since we read
    if difference < 0 and metric in one.repeats and -difference <= REPEATED_UP_TO * one.theirs.get(metric, 0):
        return Part.DEFINITION
    return Part.UNEXPLAINED


@dataclass(slots=True)
class Share:
    """One part of a difference: how much of ours − theirs, and of which campaigns it comes."""

    amount: int = 0
    campaigns: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Explained:
    metric: str
    ours: int
    theirs: int
    parts: Mapping[Part, Share]
    left_out: int = 0  # of ours, not compared: archived or deleted there, so that totals do not count it

    @property
    def difference(self) -> int:
        return self.ours - self.theirs

    @property
    def relative(self) -> float | None:
        """|ours − theirs| / theirs (F9); none where theirs is 0."""
        return abs(self.difference) / self.theirs if self.theirs else None

    @property
    def verdict(self) -> Verdict:
        return judge(self.difference, self.theirs)

    @property
    def largest(self) -> Part | None:
        """What the difference comes from most; parts that pull the other way explain nothing of it."""
        sign = 1 if self.difference > 0 else -1
        pulling = {part: share.amount * sign for part, share in self.parts.items() if share.amount * sign > 0}
        return max(pulling, key=lambda part: pulling[part], default=None)

    @property
    def troubling(self) -> int:
        """The difference without its harmless parts."""
        return sum(share.amount for part, share in self.parts.items() if part not in HARMLESS)

    @property
    def needs_care(self) -> bool:
        return self.verdict is Verdict.ALARM and judge(self.troubling, self.theirs) is Verdict.ALARM


def judge(difference: int, theirs: int) -> Verdict:
    size = abs(difference)
    if size <= FEW or size <= NORMAL_UP_TO * theirs:
        return Verdict.NORMAL
    return Verdict.WATCH if size <= WATCH_UP_TO * theirs else Verdict.ALARM


def explain(metric: str, slices: Iterable[Slice]) -> Explained:
    parts: dict[Part, Share] = {}
    ours = theirs = left_out = 0
    for one in slices:
        if one.held is Held.OURS and one.kept:
            left_out += one.ours.get(metric, 0)
            continue
        ours, theirs = ours + one.ours.get(metric, 0), theirs + one.theirs.get(metric, 0)
        if difference := one.difference(metric):
            share = parts.setdefault(part_of(one, metric), Share())
            share.amount += difference
            share.campaigns.update(one.campaigns)
    return Explained(metric, ours, theirs, parts, left_out)


def worst(found: Sequence[Explained]) -> Explained | None:
    order = list(Verdict)
    return max(found, key=lambda one: (order.index(one.verdict), one.relative or 0.0), default=None)

"""Our campaigns beside what the provider counted, and the spans of time that it is asked about. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailwarden.metrics.coverage import Span
from mailwarden.metrics.days import DAY, Days, day_of, start_of
from mailwarden.metrics.reconciliation.rules import Held, Slice
from mailwarden.metrics.settling import settle_time
from mailwarden.providers.base import Figures
from mailwarden.providers.totals import StatedGroup, StatedTotals, TotalsRequest, TotalsSpan

LONGEST = 90  # days
STEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Windows:
    """The same days, as the organization counts them and as the provider's account does."""

    days: Days
    ours: Span
    theirs: Span

    @property
    def start(self) -> datetime:
        return min(self.ours.start, self.theirs.start)

    @property
    def end(self) -> datetime:
        return max(self.ours.end, self.theirs.end)


@dataclass(frozen=True, slots=True)
class Mine:
    """One of our campaigns; ``kept``: archived there or deleted, so that its totals leave it out."""

    external_id: str
    name: str
    sent_at: datetime
    kept: bool
    settled: bool
    delivered_derived: bool
    figures: Mapping[str, int | None]

    @property
    def unread(self) -> bool:
        return all(value is None for value in self.figures.values())


def windows(read_until: datetime, shown_from: datetime | None, ours: ZoneInfo, theirs: ZoneInfo) -> Windows | None:
    """Whole days that were read in full and are shown; none where there is no such day yet."""
    last = day_of(read_until, ours) - DAY
    last = last if start_of(last + DAY, theirs) <= read_until else last - DAY
    first = last - DAY * (LONGEST - 1)
    if shown_from is not None:
        first = max(first, day_of(shown_from, ours) + DAY, day_of(shown_from, theirs) + DAY)
    if first > last:
        return None
    return Windows(Days(first, last), _span(first, last, ours), _span(first, last, theirs))


def _span(first: date, last: date, zone: ZoneInfo) -> Span:
    return Span(start_of(first, zone), start_of(last + DAY, zone))


def request(found: Windows, mine: Sequence[Mine], provider: str, zone: ZoneInfo, now: datetime) -> TotalsRequest:
    """Cut where both windows begin and end, and where figures come to rest: of each span all is alike."""
    cuts = {found.ours.start, found.ours.end, found.theirs.start, found.theirs.end}
    at = found.start + STEP
    while at < found.end:
        cuts.add(at)
        at += STEP
    resting = now - settle_time(provider)
    cuts |= {resting} if found.start < resting < found.end else set()
    edges = sorted(cuts)
    spans = [TotalsSpan(start, end, _known(mine, start, end)) for start, end in pairwise(edges)]
    names: dict[str, frozenset[str]] = {}
    for one in mine:
        names[one.name] = names.get(one.name, frozenset()) | {one.external_id}
    return TotalsRequest(spans, names, zone.key)


def _known(mine: Iterable[Mine], start: datetime, end: datetime) -> frozenset[str]:
    return frozenset(one.external_id for one in mine if start <= one.sent_at < end)


def _holds(span: Span, at: datetime) -> bool:
    return span.start <= at < span.end


def match(found: Windows, mine: Sequence[Mine], stated: StatedTotals, zone: ZoneInfo, provider: str) -> list[Slice]:
    """Every campaign of our window, and all that the provider stated of its own, in exactly one slice."""
    by_id = {one.external_id: one for one in mine}
    used: set[str] = set()
    slices = []
    for group in stated.groups:
        held = _held(group, mine, by_id)
        used.update(one.external_id for one in held)
        one = _compare(found, group, held, stated, zone, provider) if held else _theirs(found, group, stated)
        slices += [one] if one else []
    left = [one for one in mine if one.external_id not in used and _holds(found.ours, one.sent_at)]
    return slices + [_ours(found, one, stated) for one in left]


def _held(group: StatedGroup, mine: Sequence[Mine], by_id: Mapping[str, Mine]) -> list[Mine]:
    if group.campaigns is None:
        return [one for one in mine if group.span.start <= one.sent_at < group.span.end]
    return [by_id[one] for one in sorted(group.campaigns) if one in by_id]


def _compare(
    found: Windows, group: StatedGroup, held: list[Mine], stated: StatedTotals, zone: ZoneInfo, provider: str
) -> Slice | None:
    """None for late events of what was sent before the window, where a provider counts by the time of events."""
    inside = [one for one in held if _holds(found.ours, one.sent_at)]
    theirs = any(_holds(found.theirs, one.sent_at) for one in held)
    if not inside and not theirs:
        return None
    shifted = any(_holds(found.ours, one.sent_at) != _holds(found.theirs, one.sent_at) for one in held)
    counted = inside if shifted else [one for one in held if one.sent_at >= found.ours.start]
    months = {day_of(at, zone).replace(day=1) for one in held for at in (one.sent_at, _rests(one, provider))}
    return Slice(
        Held.BOTH,
        _added(counted, stated.metrics),
        _stated(group.figures, stated.metrics) if theirs else {},
        tuple(one.external_id for one in held),
        shifted=shifted,
        settled=all(one.settled for one in held),
        unread=bool(counted) and all(one.unread for one in counted),
        derived=frozenset({"delivered"} if any(one.delivered_derived for one in counted) else ()),
        repeats=stated.repeats if len(months) > 1 else frozenset(),
    )


def _rests(one: Mine, provider: str) -> datetime:
    return one.sent_at + settle_time(provider)


def _theirs(found: Windows, group: StatedGroup, stated: StatedTotals) -> Slice | None:
    if not _holds(found.theirs, group.span.start):
        return None
    return Slice(
        Held.THEIRS,
        {},
        _stated(group.figures, stated.metrics),
        tuple(sorted(group.campaigns or ())),
        shifted=not _holds(found.ours, group.span.start),
    )


def _ours(found: Windows, one: Mine, stated: StatedTotals) -> Slice:
    shifted = not _holds(found.theirs, one.sent_at)
    return Slice(Held.OURS, _added([one], stated.metrics), {}, (one.external_id,), shifted=shifted, kept=one.kept)


def _added(mine: Iterable[Mine], metrics: Sequence[str]) -> dict[str, int]:
    rows = list(mine)
    return {name: sum(one.figures[name] or 0 for one in rows) for name in metrics}


def _stated(figures: Figures, metrics: Sequence[str]) -> dict[str, int]:
    return {name: getattr(figures, name) or 0 for name in metrics}

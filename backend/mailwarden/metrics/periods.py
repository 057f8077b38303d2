"""Sums of a period as the wire shows them, with whether they still move and how they changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailwarden.connections.models import Connection
from mailwarden.connections.rules import HistoryRange, Status
from mailwarden.metrics.comparison import Side, compare, meaning
from mailwarden.metrics.days import DAY, start_of
from mailwarden.metrics.output import summed_out
from mailwarden.metrics.period_schemas import ChangeOut, Comparison, Period, Point, ProviderSettling
from mailwarden.metrics.rules import RATES, STATED, derives, range_start
from mailwarden.metrics.schemas import FiguresOut
from mailwarden.metrics.settling import FigureState, settle_time, state, worst
from mailwarden.metrics.sums import add
from mailwarden.metrics.totals import Piece
from mailwarden.providers.catalog import load

COMPARED = (*STATED, *RATES)


@dataclass(frozen=True, slots=True)
class Found:
    """What the pieces of one bucket or period come to."""

    campaigns: int
    figures: FiguresOut
    state: FigureState
    until: datetime | None


def total(pieces: Sequence[Piece], end: datetime, now: datetime, known_until: datetime | None) -> Found:
    """``end``: when the last campaign may have been sent. A look back judges as one would have judged then."""
    sums = add(one.sums for one in pieces)
    counted = any(derives(one.provider) and _states(one) for one in pieces)
    holding = [one for one in pieces if one.sums["campaigns"] and one.bucket]
    seen = min(now, known_until) if known_until else now
    last = min(end, now)
    states = [state(last + settle_time(one.provider), _cut(one.read_at, known_until), seen) for one in holding]
    until = max((last + settle_time(one.provider) for one in holding), default=None)
    return Found(sums["campaigns"], summed_out(sums | {"derived": counted}), worst(states), until)


def _states(piece: Piece) -> bool:
    return any(piece.sums[name] is not None for name in STATED)


def _cut(read_at: datetime | None, known_until: datetime | None) -> datetime | None:
    return min(read_at, known_until) if read_at and known_until else read_at


def point(found: Found, first: date, last: date, zone: ZoneInfo, *, whole: bool) -> Point:
    return Point(
        first_day=first,
        last_day=last,
        starts_at=start_of(first, zone),
        whole=whole,
        campaigns=found.campaigns,
        figures=found.figures,
        state=found.state,
        provisional_until=found.until,
    )


def period(found: Found, first: date | None, last: date | None, *, shown: bool) -> Period:
    return Period(
        first_day=first,
        last_day=last,
        campaigns=found.campaigns,
        figures=found.figures,
        state=found.state,
        provisional_until=found.until,
        shown=shown,
    )


def comparison(now: Period, before: Period) -> Comparison:
    sides = _side(now), _side(before)
    changes = {name: ChangeOut.model_validate(one) for name, one in compare(*sides).items()}
    return Comparison(previous=before, meaning=meaning(*sides), changes=changes)


def _side(one: Period) -> Side:
    values = {name: getattr(one.figures, name) for name in COMPARED}
    return Side(values, one.campaigns, one.state, one.shown)


def is_shown(connections: Sequence[Connection], start: datetime, now: datetime) -> bool:
    """Whether everything sent since ``start`` lies in the history range of each account, and was read."""
    return all(_reaches(one, start, now) for one in connections)


def _reaches(one: Connection, start: datetime, now: datetime) -> bool:
    if one.data_as_of is None and one.status == Status.DISCONNECTED:
        return True  # it never had anything to show
    if one.backfilled_range is None:
        return False
    limits = (range_start(HistoryRange(name), now) for name in (one.history_range, one.backfilled_range))
    return all(limit is None or limit <= start for limit in limits)


def provider_figures(connections: Sequence[Connection]) -> list[ProviderSettling]:
    found = []
    for name in sorted({one.provider for one in connections}):
        spec = load()[name]
        if spec.figures is not None:
            known = spec.figures.model_dump()
            found.append(ProviderSettling(provider=name, label=spec.label, **known))
    return found


def days_end(last: date, zone: ZoneInfo) -> datetime:
    return start_of(last + DAY, zone)

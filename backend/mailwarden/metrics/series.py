"""Figures by day, week or month of the organization's time zone, and the summary of a range."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mailwarden.accounts.models import Organization
from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Invalid
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.coverage import Span, span_of
from mailwarden.metrics.days import DAY, Buckets, Days, Interval, buckets, day_of, start_of
from mailwarden.metrics.output import data_age
from mailwarden.metrics.period_schemas import Comparison, Period, Point, Series, Summary
from mailwarden.metrics.periods import Found, comparison, days_end, is_shown, period, point, provider_figures, total
from mailwarden.metrics.queries import CampaignFilter, connections_shown
from mailwarden.metrics.totals import Piece, Question, ask

USUAL_DAYS = 30
MOST_POINTS = 4000
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Days of the organization, both included; without them the last 30."""

    first_day: date | None = None
    last_day: date | None = None
    interval: Interval = Interval.DAY
    known_on: date | None = None
    compare: bool = True
    campaign_ids: tuple[UUID, ...] = ()


async def zone_of(tx: UnitOfWork, org_id: UUID) -> ZoneInfo:
    name = (await tx.session.scalars(select(Organization.time_zone).where(Organization.id == org_id))).one()
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every part of one answer shares; ``firsts`` are the buckets of the period before, then those asked for."""

    asked: SeriesQuery
    now: datetime
    zone: ZoneInfo
    connections: list[Connection]
    pieces: dict[int, list[Piece]]  # by bucket
    firsts: tuple[date, ...]

    def points(self, made: Buckets) -> list[Point]:
        offset = self.firsts.index(made.firsts[0])
        return [self._point(made, days, offset + number + 1) for number, days in enumerate(made.spans())]

    def _point(self, made: Buckets, days: Days, bucket: int) -> Point:
        found = total(self._of({bucket}), days_end(days.last, self.zone), self.now, self._known_until)
        return point(found, days.first, days.last, self.zone, whole=made.is_whole(days))

    def period(self, made: Buckets) -> Period:
        offset = self.firsts.index(made.firsts[0])
        within = set(range(offset + 1, offset + len(made.firsts) + 1))
        found = total(self._of(within), days_end(made.days.last, self.zone), self.now, self._known_until)
        shown = is_shown(self.connections, start_of(made.days.first, self.zone), self.now)
        return period(found, made.days.first, made.days.last, shown=shown)

    def _of(self, numbers: set[int]) -> list[Piece]:
        return [one for number in numbers for one in self.pieces.get(number, ())]

    @property
    def _known_until(self) -> datetime | None:
        return days_end(self.asked.known_on, self.zone) if self.asked.known_on else None


async def read_series(rt: Runtime, tx: UnitOfWork, org_id: UUID, wanted: CampaignFilter, asked: SeriesQuery) -> Series:
    now, zone = rt.clock.now(), await zone_of(tx, org_id)
    made = _checked(asked, day_of(now, zone))
    before = buckets(made.days.before(), asked.interval)
    firsts = (*before.firsts, *made.firsts) if asked.compare else made.firsts
    connections = list(await connections_shown(tx.session, org_id, wanted))
    span = span_of(start_of(firsts[0], zone), days_end(made.days.last, zone), zone)
    question = Question(org_id, now, zone, connections, span, firsts, asked.known_on, asked.campaign_ids)
    pieces: dict[int, list[Piece]] = {}
    for piece in await ask(tx.session, question):
        pieces.setdefault(piece.bucket, []).append(piece)
    frame = _Frame(asked, now, zone, connections, pieces, firsts)
    whole = frame.period(made)
    return Series(
        first_day=made.days.first,
        last_day=made.days.last,
        interval=asked.interval,
        time_zone=zone.key,
        known_on=asked.known_on,
        points=frame.points(made),
        total=whole,
        previous_points=frame.points(before) if asked.compare else [],
        comparison=comparison(whole, frame.period(before)) if asked.compare else None,
        providers=provider_figures(connections),
        data_age=data_age(connections),
    )


def _checked(asked: SeriesQuery, today: date) -> Buckets:
    last = asked.last_day or today
    first = asked.first_day or last - DAY * (USUAL_DAYS - 1)
    if first > last:
        wrong = {"pointer": "#/query/last_day", "code": "before_first", "detail": "It lies before first_day."}
        raise Invalid("The range ends before it begins.", errors=[wrong])
    made = buckets(Days(first, last), asked.interval)
    if len(made.firsts) > MOST_POINTS:
        wrong = {"pointer": "#/query/interval", "code": "too_fine", "detail": "Ask for weeks or months."}
        raise Invalid(f"These are more than {MOST_POINTS} points.", errors=[wrong])
    return made


async def read_summary(rt: Runtime, tx: UnitOfWork, org_id: UUID, wanted: CampaignFilter) -> Summary:
    now, zone = rt.clock.now(), await zone_of(tx, org_id)
    connections = list(await connections_shown(tx.session, org_id, wanted))
    undated = wanted.sent_from is None and wanted.sent_to is None
    span = span_of(wanted.sent_from, wanted.sent_to, zone)
    question = Question(org_id, now, zone, connections, span, (day_of(span.start, zone),), undated=undated)
    found = total(await ask(tx.session, question), span.end, now, None)
    bounded = wanted.sent_from is not None and wanted.sent_to is not None
    return Summary(
        sent_from=wanted.sent_from,
        sent_to=wanted.sent_to,
        time_zone=zone.key,
        campaigns=found.campaigns,
        figures=found.figures,
        state=found.state,
        provisional_until=found.until,
        comparison=await _against_before(tx, question, found) if bounded else None,
        providers=provider_figures(connections),
        data_age=data_age(connections),
    )


async def _against_before(tx: UnitOfWork, question: Question, found: Found) -> Comparison | None:
    """As many whole days before whole days, be they of 23 hours; otherwise as many seconds."""
    span, zone = question.span, question.zone
    if span.is_empty:
        return None
    days = Days(day_of(span.start, zone), day_of(span.end, zone) - DAY)
    aligned = start_of(days.first, zone) == span.start and start_of(days.last + DAY, zone) == span.end
    start = start_of(days.before().first, zone) if aligned else span.start - (span.end - span.start)
    before = Span(start, span.start)
    asked = replace(question, span=before, firsts=(day_of(before.start, zone),))
    sums = total(await ask(tx.session, asked), before.end, question.now, None)
    shown = is_shown(question.connections, before.start, question.now)
    first, last = day_of(before.start, zone), day_of(before.end - TICK, zone)
    return comparison(period(found, None, None, shown=True), period(sums, first, last, shown=shown))

"""Sums over a span of send times, by bucket and provider: from the roll-up where it answers, else counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from mailwarden.connections.models import Connection
from mailwarden.connections.rules import HistoryRange
from mailwarden.metrics.coverage import Coverage, Span, all_counted, cover
from mailwarden.metrics.days import DAY, start_of
from mailwarden.metrics.figure_models import FigureZone, StaleFigures
from mailwarden.metrics.rules import range_start
from mailwarden.metrics.sums import COUNTED, ROLLED, Sums


@dataclass(frozen=True, slots=True)
class Question:
    """``known_on``: as known at the end of that day; None: now. ``firsts`` are the days on which buckets begin."""

    org_id: UUID
    now: datetime
    zone: ZoneInfo
    connections: Sequence[Connection]
    span: Span
    firsts: Sequence[date]
    known_on: date | None = None
    campaign_ids: Sequence[UUID] = ()
    undated: bool = False  # also campaigns without a send time; their bucket is 0

    @property
    def known_until(self) -> datetime | None:
        return start_of(self.known_on + DAY, self.zone) if self.known_on else None


@dataclass(frozen=True, slots=True)
class Piece:
    provider: str
    bucket: int  # from 1
    sums: Sums
    read_at: datetime | None  # up to when the accounts behind it were read in full, at the least


def shown_span(question: Question, connection: Connection) -> Span:
    """What lies outside the history range is stored but not shown (C17)."""
    start = range_start(HistoryRange(connection.history_range), question.now)
    asked = question.span
    return Span(max(asked.start, start), asked.end) if start else asked


async def ask(session: AsyncSession, question: Question) -> list[Piece]:
    plans = await _plans(session, question)
    parts = frozenset(
        ["counted"] * any(coverage.counted for _, coverage in plans)
        + ["rolled"] * any(coverage.rolled for _, coverage in plans)
        + ["undated"] * (question.undated and bool(plans))
    )
    if not parts:
        return []
    statement = _statement(parts, bool(question.campaign_ids), question.known_on is not None)
    given = _parameters(question, plans)
    named = {name: given[name] for name in statement.compile().params}
    rows = (await session.execute(statement, named)).mappings()
    return [Piece(row["provider"], row["bucket"], dict(row), _read(row["read_at"])) for row in rows]


NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _read(at: datetime) -> datetime | None:
    return None if at == NEVER else at


Plans = list[tuple[Connection, Coverage]]


async def _plans(session: AsyncSession, question: Question) -> Plans:
    if question.campaign_ids:
        return [(one, all_counted(shown_span(question, one))) for one in question.connections]
    held = await _held(session, question)
    return [(one, _cover(question, one, held.get(one.id))) for one in question.connections]


def _cover(question: Question, one: Connection, stale: frozenset[date] | None) -> Coverage:
    span = shown_span(question, one)
    return all_counted(span) if stale is None else cover(span, question.zone, stale)


async def _held(session: AsyncSession, question: Question) -> dict[UUID, frozenset[date]]:
    """The stale days of each connection that has a roll-up in the days of this zone."""
    stale = (
        select(func.array_agg(StaleFigures.day))
        .where(StaleFigures.connection_id == FigureZone.connection_id, StaleFigures.org_id == question.org_id)
        .scalar_subquery()
    )
    rolled = select(FigureZone.connection_id, stale).where(
        FigureZone.org_id == question.org_id, FigureZone.time_zone == question.zone.key
    )
    return {row[0]: frozenset(row[1] or ()) for row in await session.execute(rolled)}


def _parameters(question: Question, plans: Plans) -> dict[str, Any]:
    rolled = [(one, days) for one, coverage in plans for days in coverage.rolled]
    counted = [(one, span) for one, coverage in plans for span in coverage.counted]
    given: dict[str, Any] = {
        "org": question.org_id,
        "firsts": list(question.firsts),
        "starts": [start_of(first, question.zone) for first in question.firsts],
        "r_of": [one.id for one, _ in rolled],
        "r_provider": [one.provider for one, _ in rolled],
        "r_read": [one.data_as_of or NEVER for one, _ in rolled],
        "r_first": [days.first for _, days in rolled],
        "r_last": [days.last for _, days in rolled],
        "c_of": [one.id for one, _ in counted],
        "c_provider": [one.provider for one, _ in counted],
        "c_read": [one.data_as_of or NEVER for one, _ in counted],
        "c_start": [span.start for _, span in counted],
        "c_end": [span.end for _, span in counted],
    }
    if question.campaign_ids:
        given["campaigns"] = list(question.campaign_ids)
    if question.known_on:
        given |= {"known_on": question.known_on, "known_until": question.known_until}
    if question.undated:
        given |= {"u_of": [one.id for one in question.connections]}
        given |= {"u_provider": [one.provider for one in question.connections]}
        given |= {"u_read": [one.data_as_of or NEVER for one in question.connections]}
    return given


_LATEST = "SELECT * FROM observations WHERE id = c.latest_observation_id LIMIT 1"
_LATEST_THEN = """SELECT * FROM observations WHERE campaign_id = c.id AND as_of < cast(:known_until AS timestamptz)
    ORDER BY as_of DESC, id DESC LIMIT 1"""
_KNOWN_THEN = "(c.created_at < cast(:known_until AS timestamptz) OR o.id IS NOT NULL)"
_HELD_THEN = (
    "d.known_on <= cast(:known_on AS date) AND (d.superseded_on IS NULL OR d.superseded_on > cast(:known_on AS date))"
)


_COUNTED = f"""
    SELECT s.provider, width_bucket(c.sent_at, cast(:starts AS timestamptz[])) AS bucket,
      min(s.read_at) AS read_at, {COUNTED}
    FROM unnest(cast(:c_of AS uuid[]), cast(:c_provider AS text[]), cast(:c_read AS timestamptz[]),
      cast(:c_start AS timestamptz[]), cast(:c_end AS timestamptz[]))
      AS s(connection_id, provider, read_at, start, until)
    JOIN campaigns c ON c.org_id = :org AND c.connection_id = s.connection_id
      AND c.sent_at >= s.start AND c.sent_at < s.until"""  # noqa: S608 - our own constants
_ROLLED = f"""
    SELECT s.provider, width_bucket(d.day, cast(:firsts AS date[])) AS bucket,
      min(s.read_at) AS read_at, {ROLLED}
    FROM unnest(cast(:r_of AS uuid[]), cast(:r_provider AS text[]), cast(:r_read AS timestamptz[]),
      cast(:r_first AS date[]), cast(:r_last AS date[])) AS s(connection_id, provider, read_at, first, last)
    JOIN figure_days d ON d.org_id = :org AND d.connection_id = s.connection_id
      AND d.day BETWEEN s.first AND s.last AND """  # noqa: S608
_UNDATED = f"""
    SELECT s.provider, 0 AS bucket, min(s.read_at) AS read_at, {COUNTED}
    FROM unnest(cast(:u_of AS uuid[]), cast(:u_provider AS text[]), cast(:u_read AS timestamptz[]))
      AS s(connection_id, provider, read_at)
    JOIN campaigns c ON c.org_id = :org AND c.connection_id = s.connection_id AND c.sent_at IS NULL"""  # noqa: S608


@cache
def _statement(parts: frozenset[str], of_campaigns: bool, then: bool) -> TextClause:
    """Only of the parts that have something to say: to plan one takes longer than to find nothing in it."""
    figures = f" LEFT JOIN LATERAL ({_LATEST_THEN if then else _LATEST}) o ON true"
    conditions = ["true"] + ["c.id = ANY(cast(:campaigns AS uuid[]))"] * of_campaigns + [_KNOWN_THEN] * then
    among = figures + " WHERE " + " AND ".join(conditions)
    texts = {
        "counted": _COUNTED + among,
        "rolled": _ROLLED + (_HELD_THEN if then else "d.superseded_on IS NULL"),
        "undated": _UNDATED + among,
    }
    return text(" UNION ALL ".join(f"{texts[name]} GROUP BY 1, 2" for name in sorted(parts)))

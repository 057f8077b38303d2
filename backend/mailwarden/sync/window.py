"""What a run reads, and when the next one starts (C6-C18, C31). Pure, so that every rule is a table in a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailwarden.connections.rules import Frequency, HistoryRange
from mailwarden.metrics.rules import range_start

Badge = Literal["first", "backfill", "catch_up"]

RECENT = timedelta(days=30)
OVERLAP = timedelta(hours=1)  # a provider's list may lag behind its changes
MIN_GAP_S = 300.0
JITTER = 0.2  # real-time: 10 ± 2 minutes
INTERVAL_S = {Frequency.HOURLY: 3600.0, Frequency.EVERY_6_HOURS: 21_600.0, Frequency.DAILY: 86_400.0}
WIDTH = tuple(HistoryRange)  # from narrow to wide


@dataclass(frozen=True, slots=True)
class Known:
    """What the connection's row says about what was read so far."""

    history_range: HistoryRange
    backfilled_range: HistoryRange | None
    data_as_of: datetime | None
    catch_up_from: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """``sent_from`` None reads everything; ``covers`` is the range that is read in full when the run succeeds."""

    badge: Badge | None
    sent_from: datetime | None
    until: datetime
    updated_from: datetime | None
    covers: HistoryRange


def plan(known: Known, now: datetime) -> Plan:
    """Every run reads the last 30 days in full, so the daily refresh of Q13 holds at every frequency."""
    behind = known.catch_up_from or known.data_as_of or now
    start: datetime | None = min(now - RECENT, behind)
    covers = known.backfilled_range or known.history_range
    if is_widened(known):
        covers = known.history_range
        whole = range_start(covers, now)
        start = None if whole is None or start is None else min(whole, start)
    since = _changed_since(known)
    return Plan(_badge(known), start, now, since if start is not None else None, covers)


def is_widened(known: Known) -> bool:
    """Also true before the first sync; narrowing only hides (Q15)."""
    read = known.backfilled_range
    return read is None or WIDTH.index(known.history_range) > WIDTH.index(read)


def widest(one: HistoryRange | None, other: HistoryRange) -> HistoryRange:
    return other if one is None or WIDTH.index(other) > WIDTH.index(one) else one


def _badge(known: Known) -> Badge | None:
    if known.backfilled_range is None:
        return "first"
    if known.catch_up_from is not None:
        return "catch_up"
    return "backfill" if is_widened(known) else None


def _changed_since(known: Known) -> datetime | None:
    """Whatever changed since all was known, whenever it was sent (Q16)."""
    if known.data_as_of is None:
        return None
    return min(known.data_as_of, known.catch_up_from or known.data_as_of) - OVERLAP


def interval_s(frequency: Frequency, realtime_every_s: float) -> float:
    return INTERVAL_S.get(frequency, realtime_every_s)


def next_start(frequency: Frequency, realtime_every_s: float, due: datetime, now: datetime, luck: float) -> datetime:
    """The start after the one at ``now`` that was due at ``due``; ``luck`` in 0..1.

    Fixed frequencies keep their minute of the hour, however late a start was. Real-time spreads its load instead.
    """
    every = interval_s(frequency, realtime_every_s)
    if frequency is Frequency.REALTIME:
        return now + timedelta(seconds=every * (1 - JITTER + 2 * JITTER * luck))
    late = max(0.0, (now - due).total_seconds())
    return now + timedelta(seconds=every - late % every)


def min_gap_s(realtime_every_s: float) -> float:
    """No two scheduled starts are nearer than this; shorter only where the demo shortens real-time itself."""
    return min(MIN_GAP_S, realtime_every_s / 2)

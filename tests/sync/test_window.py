"""What a run reads and when the next one starts, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from mailwarden.connections.rules import Frequency, HistoryRange
from mailwarden.sync.window import Known, is_widened, min_gap_s, next_start, plan, widest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS_30, DAYS_90, MONTHS_12, ALL = HistoryRange


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def known(**over: object) -> Known:
    fields: dict[str, object] = {
        "history_range": DAYS_90,
        "backfilled_range": DAYS_90,
        "data_as_of": ago(minutes=10),
        "catch_up_from": None,
    }
    return Known(**(fields | over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "start"), [(DAYS_30, ago(days=30)), (DAYS_90, ago(days=90)), (MONTHS_12, ago(days=365)), (ALL, None)]
)
def test_the_first_sync_reads_everything_inside_the_range(chosen: HistoryRange, start: datetime | None):
    found = plan(known(history_range=chosen, backfilled_range=None, data_as_of=None), NOW)
    assert (found.badge, found.sent_from, found.updated_from, found.covers) == ("first", start, None, chosen)


def test_later_syncs_read_thirty_days_and_what_changed():
    found = plan(known(), NOW)
    assert (found.badge, found.sent_from) == (None, ago(days=30))
    assert found.updated_from == ago(minutes=70)
    assert found.until == NOW


def test_a_wider_range_is_read_whole_once():
    wider = known(history_range=MONTHS_12)
    assert (plan(wider, NOW).badge, plan(wider, NOW).sent_from) == ("backfill", ago(days=365))
    assert not is_widened(known(history_range=MONTHS_12, backfilled_range=MONTHS_12))


def test_a_narrower_range_reads_nothing_anew():
    found = plan(known(history_range=DAYS_30, backfilled_range=ALL), NOW)
    assert (found.badge, found.sent_from, found.covers) == (None, ago(days=30), ALL)


@pytest.mark.parametrize(("outage", "window"), [(2, 30), (29, 30), (45, 45), (400, 400)])
def test_a_catch_up_reads_thirty_days_or_the_whole_outage(outage: int, window: int):
    found = plan(known(catch_up_from=ago(days=outage), data_as_of=ago(days=outage)), NOW)
    assert (found.badge, found.sent_from) == ("catch_up", ago(days=window))
    assert found.updated_from == ago(days=outage, hours=1)


def test_a_gap_that_nobody_marked_is_read_all_the_same():
    assert plan(known(data_as_of=ago(days=50)), NOW).sent_from == ago(days=50)


def test_a_first_sync_that_never_ended_well_stays_the_first():
    assert plan(known(backfilled_range=None, data_as_of=None, catch_up_from=ago(days=3)), NOW).badge == "first"


@pytest.mark.parametrize(
    ("frequency", "seconds"), [(Frequency.HOURLY, 3600), (Frequency.EVERY_6_HOURS, 21_600), (Frequency.DAILY, 86_400)]
)
@pytest.mark.parametrize("late_s", [0, 40, 200])
def test_fixed_frequencies_keep_their_minute(frequency: Frequency, seconds: int, late_s: int):
    due = NOW - timedelta(seconds=late_s)
    assert next_start(frequency, 600, due, NOW, 0.5) == due + timedelta(seconds=seconds)


def test_starts_that_were_missed_are_not_made_up_for():
    assert next_start(Frequency.HOURLY, 600, ago(hours=5, minutes=10), NOW, 0.5) == NOW + timedelta(minutes=50)


@pytest.mark.parametrize(("luck", "minutes"), [(0.0, 8), (0.5, 10), (1.0, 12)])
def test_real_time_is_ten_minutes_give_or_take_two(luck: float, minutes: int):
    assert next_start(Frequency.REALTIME, 600, NOW, NOW, luck) == NOW + timedelta(minutes=minutes)


def test_starts_lie_five_minutes_apart_unless_real_time_itself_is_shortened():
    assert min_gap_s(600) == 300
    assert min_gap_s(20) == 10


def test_the_widest_range_wins():
    assert widest(None, DAYS_30) == DAYS_30
    assert widest(MONTHS_12, DAYS_30) == MONTHS_12
    assert widest(DAYS_30, ALL) == ALL

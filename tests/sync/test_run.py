"""One run, from the first page to its end, against a portal that answers well."""

import zlib
from datetime import timedelta

from mailwarden.connections.models import Connection
from mailwarden.metrics.models import Observation
from mailwarden.sync.models import JournalEntry
from tests.support.time import TimeMachine
from tests.sync.conftest import Desk
from tests.sync.portal import Portal


async def test_the_first_sync_reads_everything_inside_the_range(desk: Desk, portal: Portal):
    portal.add(7, days_ago=60)
    portal.add(2, days_ago=200)
    run = await desk.sync()
    assert (run.status, run.badge, run.type) == ("success", "first", "auto")
    assert (run.campaigns_processed, run.campaigns_total, run.campaigns_added, run.campaigns_changed) == (7, 7, 7, 0)
    assert len(await desk.campaigns()) == 7


async def test_a_success_moves_the_age_of_the_data(desk: Desk, portal: Portal):
    portal.add(1)
    run = await desk.sync()
    row: Connection = await desk.row()
    assert row.data_as_of == run.window_until
    assert row.last_sync_at == run.finished_at
    assert (row.backfilled_range, row.active_sync_id) == ("days_90", None)
    assert await desk.events() == ["sync.started", "sync.succeeded"]


async def test_totals_equal_what_the_provider_states(desk: Desk, portal: Portal):
    portal.add(8)
    portal.add(3, archived=True)
    assert (await desk.sync()).totals == portal.sums()


async def test_a_second_sync_adds_nothing_and_observes_only_what_moved(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(5)
    await desk.sync()
    portal.emails["e00002"]["stats"]["counters"]["open"] += 1
    await time_machine.advance(60)
    run = await desk.sync()
    assert (run.badge, run.campaigns_added, run.campaigns_changed) == (None, 0, 1)
    assert run.campaigns_processed == 5
    assert len(await desk.rows(Observation)) == 6
    assert run.totals == portal.sums()


async def test_later_syncs_read_thirty_days_and_what_changed_since(
    desk: Desk, portal: Portal, time_machine: TimeMachine
):
    portal.add(2, days_ago=80)
    await desk.sync()
    portal.emails["e00001"] |= {"name": "Renamed", "updatedAt": (portal.now + timedelta(minutes=1)).isoformat()}
    portal.add(1, days_ago=85)
    await time_machine.advance(120)
    run = await desk.sync()
    assert run.window_from == (run.window_until or run.created_at) - timedelta(days=30)
    assert (await desk.campaigns())["e00001"].name == "Renamed"
    assert run.campaigns_processed == 1


async def test_what_the_provider_deleted_keeps_its_figures_under_a_tombstone(desk: Desk, portal: Portal):
    portal.add(4)
    await desk.sync()
    del portal.emails["e00003"]
    await desk.sync()
    gone = (await desk.campaigns())["e00003"]
    assert gone.gone_at is not None
    assert gone.latest_observation_id is not None


async def test_what_lies_outside_the_window_gets_no_tombstone(desk: Desk, portal: Portal):
    portal.add(1, days_ago=50)
    await desk.sync()
    await desk.sync()
    assert (await desk.campaigns())["e00001"].gone_at is None


async def test_the_journal_says_what_was_asked_and_what_came(desk: Desk, portal: Portal):
    portal.add(4)
    run = await desk.sync()
    entries: list[JournalEntry] = await desk.rows(JournalEntry)
    assert [one.sequence for one in entries] == list(range(1, run.calls_made + 1))
    assert entries[0].path == "/marketing/emails/2026-09"
    assert entries[0].params["sort"] == "createdAt"
    assert (entries[0].status, entries[0].rows, entries[0].changed) == (200, 3, 3)
    assert entries[0].provider_request_id == "corr-1"
    body = zlib.decompress(entries[0].body or b"")
    assert b"e00001" in body
    assert b"pat@example.test" not in body
    assert entries[0].body_bytes > 0


async def test_a_sync_proves_that_the_connection_lives(desk: Desk, portal: Portal):
    await desk.set(proof_of_life_at=None)
    await desk.sync()
    assert (await desk.row()).proof_of_life_at is not None


async def test_an_empty_account_is_a_success(desk: Desk, portal: Portal):
    run = await desk.sync()
    assert (run.status, run.campaigns_processed, run.campaigns_total) == ("success", 0, 0)
    assert run.totals == dict.fromkeys(run.totals or {}, 0)


async def test_everything_means_everything_drafts_too(make_desk, portal: Portal):
    desk: Desk = await make_desk(history_range="all")
    portal.add(3, days_ago=2000)
    portal.add(1, isPublished=False, state="DRAFT")
    run = await desk.sync()
    assert run.window_from is None
    assert run.campaigns_processed == 4
    assert (await desk.campaigns())["e00004"].latest_observation_id is None

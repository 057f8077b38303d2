"""Trouble that nobody repairs: L19-L22, H18, H19."""

from datetime import timedelta

from mailwarden.connections.models import Connection
from mailwarden.events.types import EventType
from mailwarden.outreach.models import OutreachCampaign
from tests.outreach.trouble.lab import DAY, HOUR, MINUTE, Lab

SECOND = timedelta(seconds=1)


async def rotation(lab: Lab) -> tuple[OutreachCampaign, Connection, Connection]:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    return await lab.campaign(mine, other), mine, other


async def test_l19_after_nine_days_the_stop_rule_runs_once(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [2, 1, 0])
    await lab.breaks(mine)
    await lab.later(9 * DAY - MINUTE)
    assert await lab.states(people) == ["active"] * 3
    assert await lab.place(campaign, mine) == "paused"
    await lab.later(MINUTE + SECOND)
    assert await lab.states(people) == ["campaign_stopped", "campaign_stopped", "waiting"]
    assert await lab.place(campaign, mine) == "removed"
    (clock,) = await lab.clocks()
    assert (clock.kind, clock.state, clock.stopped, clock.unassigned) == ("nine_days", "applied", 2, 1)
    await lab.later(9 * DAY)
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l20_a_success_ends_the_episode_and_the_clock(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    for _ in range(3):
        await lab.breaks(mine)
        await lab.later(8 * DAY)
        await lab.recovers(mine)
    assert await lab.states(people) == ["active"]
    assert [one.state for one in await lab.clocks()] == ["cancelled"] * 3


async def test_l20_it_counts_from_the_first_confirmed_failure(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.people(campaign, mine, [1])
    at = lab.now()
    await lab.breaks(mine, work=False)
    await lab.later(5 * HOUR)  # before anybody here hears of it
    (clock,) = await lab.clocks()
    assert abs(clock.started_at - at) < 5 * SECOND


async def test_l21_the_last_moment_is_in_time_also_if_our_job_is_late(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.machine.advance(9 * DAY - 2 * SECOND)
    await lab.recovers(mine, work=False)
    await lab.later(HOUR)
    assert await lab.states(people) == ["active"]
    assert await lab.place(campaign, mine) == "active"


async def test_l21_a_moment_later_is_too_late_also_if_our_job_is_late(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.machine.advance(9 * DAY + SECOND)
    await lab.recovers(mine, work=False)
    await lab.later(HOUR)
    assert await lab.states(people) == ["campaign_stopped"]
    assert await lab.place(campaign, mine) == "removed"


async def test_l21_our_own_downtime_does_not_count(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.later(8 * DAY)
    await lab.down(3 * DAY)  # over the end
    assert await lab.states(people) == ["active"]
    (clock,) = await lab.clocks()
    assert abs(clock.uncounted_s - 3 * 86400) < 60
    assert abs(clock.due_at - lab.now() - DAY) < MINUTE
    await lab.later(DAY - MINUTE)
    assert await lab.states(people) == ["active"]
    await lab.later(2 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped"]


async def test_l21_a_providers_incident_does_not_count(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.later(8 * DAY)
    await lab.incident(2 * DAY)
    await lab.incident(5 * DAY, provider="microsoft")  # not ours
    assert await lab.states(people) == ["campaign_stopped"]
    (clock,) = await lab.clocks()
    assert abs(clock.uncounted_s - 2 * 86400) < 60


async def test_l22_re_added_after_nine_days_it_keeps_nobody(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.breaks(mine)
    await lab.later(10 * DAY)
    await lab.reconnects(mine)
    assert await lab.place(campaign, mine) == "removed"
    done = await lab.re_adds(campaign, mine)
    assert (done.kept, done.free) == (0, 1)
    assert (await lab.states(people))[0] == "campaign_stopped"
    assert await lab.place(campaign, mine) == "active"


async def test_a_disconnect_turns_the_nine_days_into_the_hour(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.later(5 * DAY)
    await lab.disconnects(mine)
    assert [(one.kind, one.state) for one in await lab.clocks()] == [("nine_days", "cancelled"), ("grace", "running")]
    await lab.later(61 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped"]


async def test_h18_notices_at_0_h_24_h_day_3_6_8_and_an_hour_before_the_end(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.people(campaign, mine, [1, 1, 0])
    await lab.breaks(mine)
    expected = [(0, "start"), (24, "24_hours"), (72, "day_3"), (144, "day_6"), (192, "day_8"), (215, "1_hour_left")]
    heard, at = [(0, one) for one in await lab.moments()], 0
    for hour in sorted({around for due, _ in expected[1:] for around in (due - 1, due)} | {217}):
        await lab.later((hour - at) * HOUR)
        heard, at = heard + [(hour, one) for one in (await lab.moments())[len(heard) :]], hour
    assert heard == expected
    last = (await lab.told(EventType.OUTREACH_CLOCK_WARNING))[-1].data
    assert last["recipients_at_stake"] == 2
    assert last["remaining_s"] <= 3600


async def test_h18_whoever_was_away_hears_only_the_latest(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    await lab.later(7 * DAY)
    assert await lab.moments() == ["start", "day_6"]


async def test_h19_one_notice_names_all_campaigns_that_pause(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    single = await lab.campaign(mine, name="Autumn")
    await lab.people(campaign, mine, [1, 0])
    await lab.people(single, mine, [1, 1, 0])
    await lab.breaks(mine)
    (told,) = await lab.told(EventType.OUTREACH_CLOCK_WARNING)
    assert {(one["name"], one["recipients_at_stake"], one["recipients_waiting"]) for one in told.data["campaigns"]} == {
        ("Spring", 1, 2),
        ("Autumn", 0, 3),
    }


async def test_h18_a_campaign_of_one_account_is_reminded_of_without_an_end(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    await lab.campaign(mine)
    await lab.breaks(mine)
    for _ in range(20):
        await lab.later(DAY)
    assert await lab.moments() == ["start", "24_hours", "day_3", "day_6", "day_8"]
    assert {one.data["due_at"] for one in await lab.told(EventType.OUTREACH_CLOCK_WARNING)} == {None}

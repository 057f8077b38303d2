"""Disconnect, and what the end of the hour does: L11, L15-L17, L21, L24."""

from datetime import timedelta

import pytest

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slots import take_slot
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id
from mailwarden.events.types import EventType
from mailwarden.outreach.models import OutreachCampaign
from tests.outreach.trouble.lab import DAY, HOUR, MINUTE, Lab
from tests.support.browser import Browser

SECOND = timedelta(seconds=1)


async def rotation(lab: Lab) -> tuple[OutreachCampaign, Connection, Connection]:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    return await lab.campaign(mine, other), mine, other


async def test_l11_the_account_leaves_the_from_list_and_an_hour_begins(lab: Lab) -> None:
    campaign, mine, other = await rotation(lab)
    await lab.later(HOUR)
    before = lab.now()
    await lab.disconnects(mine)
    entry = await lab.entry(campaign, mine)
    assert entry.state == "removed"
    assert entry.removed_at is not None
    assert abs(entry.removed_at - before) < 5 * SECOND
    (clock,) = await lab.clocks()
    assert (clock.kind, clock.state) == ("grace", "running")
    assert clock.due_at - clock.started_at == HOUR
    assert clock.started_at == entry.removed_at
    assert await lab.place(campaign, other) == "active"
    assert await lab.state(campaign) == ("running", None)


async def test_l11_t0_is_the_disconnect_also_if_we_hear_of_it_late(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    at = lab.now()
    await lab.disconnects(mine, work=False)
    await lab.later(20 * MINUTE)
    removed_at = (await lab.entry(campaign, mine)).removed_at
    assert removed_at is not None
    assert abs(removed_at - at) < 5 * SECOND


async def test_l11_an_old_disconnect_is_none_of_a_campaign_that_began_after_it(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    await lab.disconnects(mine, work=False)
    await lab.machine.advance(10 * MINUTE)
    await lab.reconnects(mine, work=False)
    await lab.machine.advance(MINUTE)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        await take_slot(tx, await get_connection(tx, lab.org_id, mine.id, lock=True))
    campaign = await lab.campaign(mine, other)
    await lab.later(2 * HOUR)
    assert await lab.place(campaign, mine) == "active"
    assert await lab.clocks() == []


async def test_l15_l16_at_the_end_of_the_hour_who_had_mail_is_stopped_and_who_had_none_is_free(lab: Lab) -> None:
    campaign, mine, other = await rotation(lab)
    people = await lab.people(campaign, mine, [3, 1, 0, 0])
    others = await lab.people(campaign, other, [2, 0])
    free = await lab.person(campaign, None)
    await lab.disconnects(mine)
    await lab.later(59 * MINUTE)
    assert await lab.states(people) == ["active"] * 4
    await lab.later(MINUTE + SECOND)
    assert await lab.states(people) == ["campaign_stopped", "campaign_stopped", "waiting", "waiting"]
    assert [one.account_id for one in (await lab.recipients(people))[2:]] == [None, None]
    entry = await lab.entry(campaign, other)
    assert [(one.state, one.account_id) for one in await lab.recipients(others)] == [("active", entry.id)] * 2
    assert await lab.states([free]) == ["active"]
    (clock,) = await lab.clocks()
    assert (clock.state, clock.stopped, clock.unassigned) == ("applied", 2, 2)
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l15_a_mail_that_waits_does_not_leave_any_more_and_one_under_way_counts(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    waits, flies = await lab.people(campaign, mine, [0, 0])
    queued = await lab.mail(waits, mine, 1, state="queued")
    await lab.mail(flies, mine, 1, state="unknown")
    await lab.disconnects(mine)
    await lab.later(61 * MINUTE)
    assert await lab.states([waits, flies]) == ["waiting", "campaign_stopped"]
    assert await lab.message_state(queued) == "cancelled"
    assert await lab.steps_decided(waits) == []  # another account may write step 1


async def test_l21_our_own_downtime_does_not_count_in_the_hour_either(lab: Lab) -> None:
    """Down over its end: what was left of it is left afterwards, and the rule then does what was previewed."""
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 1, 0])
    await lab.disconnects(mine)
    await lab.later(50 * MINUTE)
    await lab.down(5 * HOUR)
    assert await lab.states(people) == ["active"] * 3
    (clock,) = await lab.clocks()
    assert abs(clock.uncounted_s - 5 * 3600) < 60
    assert abs(clock.due_at - lab.now() - 10 * MINUTE) < MINUTE
    await lab.later(9 * MINUTE)
    assert await lab.states(people) == ["active"] * 3
    previewed = (await lab.told(EventType.OUTREACH_CLOCK_WARNING))[-1].data["recipients_at_stake"]
    await lab.later(2 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped", "campaign_stopped", "waiting"]
    (clock,) = await lab.clocks()
    assert (clock.stopped, clock.unassigned) == (previewed, 1) == (2, 1)
    await lab.down(HOUR)
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


async def test_l21_who_could_not_reach_us_in_the_hour_is_still_in_time(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(50 * MINUTE)
    await lab.down(2 * HOUR)
    await lab.reconnects(mine)
    await lab.re_adds(campaign, mine)
    await lab.later(DAY)
    assert await lab.states(people) == ["active"] * 2


async def test_l21_a_providers_incident_does_not_count_in_the_hour_either(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.incident(3 * HOUR)
    await lab.incident(50 * MINUTE, provider="microsoft")  # not ours
    assert await lab.states(people) == ["active"]
    await lab.later(11 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped"]


async def test_l21_a_moment_without_workers_at_the_end_only_delays_the_rule(lab: Lab) -> None:
    """Shorter than what counts as a downtime: the rule runs once, as soon as somebody is there to run it."""
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(59 * MINUTE)
    await lab.down(2 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped", "waiting"]
    assert len(await lab.told(EventType.OUTREACH_STOP_RULE_APPLIED)) == 1


@pytest.mark.parametrize("state", ["finished", "replied", "bounced", "unsubscribed", "suppressed"])
async def test_l15_whose_sequence_is_over_keeps_that_end(lab: Lab, state: str) -> None:
    campaign, mine, _ = await rotation(lab)
    person = await lab.person(campaign, mine, 2, state=state)
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    assert await lab.states([person]) == [state]


async def test_l17_no_reconnect_lifts_it(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    for _ in range(2):
        await lab.reconnects(mine)
        await lab.re_adds(campaign, mine)
        await lab.later(DAY)
        await lab.breaks(mine)
        await lab.recovers(mine)
        await lab.disconnects(mine)
        await lab.later(DAY)
    assert await lab.states(people) == ["campaign_stopped"]


async def test_l17_a_stop_stays_though_it_turns_out_that_the_mail_had_not_left(lab: Lab, owner: Browser) -> None:
    """Whoever is taken out of a campaign could be put into it again."""
    campaign, mine, _ = await rotation(lab)
    (person,) = await lab.people(campaign, mine, [0])
    message = await lab.mail(person, mine, 1, state="unknown")
    await lab.disconnects(mine)
    await lab.later(61 * MINUTE)
    assert await lab.states([person]) == ["campaign_stopped"]
    await lab.becomes_of(message, "failed")
    path = f"/v1/outreach-campaigns/{format_id('out', campaign.id)}/recipients/{format_id('rcp', person)}"
    refused = await owner.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign_stopped")


async def test_l24_other_campaigns_of_the_same_people_go_on(lab: Lab) -> None:
    campaign, mine, other = await rotation(lab)
    elsewhere = await lab.campaign(other)
    here, there = await lab.person(campaign, mine, 1), await lab.person(elsewhere, other, 1)
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    assert await lab.states([here, there]) == ["campaign_stopped", "active"]
    assert await lab.state(elsewhere) == ("running", None)


async def test_a_second_disconnect_within_the_hour_does_not_prolong_it(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.later(50 * MINUTE)
    await lab.reconnects(mine)
    await lab.disconnects(mine)
    await lab.later(11 * MINUTE)
    assert await lab.states(people) == ["campaign_stopped"]


async def test_a_finished_campaign_has_nothing_to_stop(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.becomes(campaign, state="archived")
    await lab.later(2 * HOUR)
    assert await lab.states(people) == ["active"]
    assert [one.state for one in await lab.clocks()] == ["cancelled"]

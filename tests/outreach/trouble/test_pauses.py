"""What pauses, what goes on, and who resumes it: L6-L9, L23, L25, D11, D14, D16."""

from dataclasses import replace
from datetime import timedelta

from mailwarden.core.runtime import Billing
from mailwarden.outreach.models import OutreachClock
from tests.outreach.trouble.lab import DAY, HOUR, MINUTE, Lab


async def test_l6_a_campaign_of_one_account_pauses_when_its_connection_fails(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    hit, spared = await lab.campaign(mine), await lab.campaign(other)
    await lab.later(HOUR)
    await lab.breaks(mine)
    assert await lab.state(hit) == ("paused", "connection_inactive")
    assert await lab.state(spared) == ("running", None)


async def test_l7_d16_it_pauses_when_the_account_is_disconnected(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    await lab.later(HOUR)
    await lab.disconnects(mine)
    assert await lab.state(campaign) == ("paused", "disconnected")


async def test_l8_d14_it_stays_paused_after_the_repair_however_long(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    await lab.breaks(mine)
    await lab.later(2 * HOUR)
    await lab.reconnects(mine)
    await lab.later(3 * DAY)
    assert await lab.state(campaign) == ("paused", "connection_inactive")
    assert await lab.place(campaign, mine) == "active"  # and may be resumed


async def test_l8_unless_the_member_wished_otherwise(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine, auto_resume=True)
    await lab.breaks(mine)
    await lab.later(2 * HOUR)
    await lab.recovers(mine)
    assert await lab.state(campaign) == ("running", None)


async def test_l8_nothing_goes_on_by_itself_without_a_subscription(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine, auto_resume=True)
    await lab.breaks(mine)
    await lab.later(2 * HOUR)
    billing = Billing(stripe_key="sk_test", webhook_secrets=("whsec_x",), prices={"starter": "price_1"}, trial_days=0)
    unpaid = replace(lab.rt, config=replace(lab.rt.config, billing=billing))
    await Lab(unpaid, lab.machine, lab.org_id, lab.user_id).recovers(mine)
    assert await lab.place(campaign, mine) == "active"
    assert await lab.state(campaign) == ("paused", "subscription")


async def test_l8_what_a_member_paused_stays_paused_by_the_member(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine, state="paused", pause_reason="member", auto_resume=True)
    await lab.breaks(mine)
    await lab.later(HOUR)
    await lab.recovers(mine)
    assert await lab.state(campaign) == ("paused", "member")


async def test_l9_in_a_rotation_only_the_failing_account_pauses_and_comes_back_by_itself(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    people = await lab.people(campaign, mine, [2, 0])
    await lab.breaks(mine)
    assert await lab.state(campaign) == ("running", None)
    assert (await lab.place(campaign, mine), await lab.place(campaign, other)) == ("paused", "active")
    await lab.later(8 * DAY)
    await lab.reconnects(mine)
    assert await lab.place(campaign, mine) == "active"
    await lab.later(3 * DAY)
    entry = await lab.entry(campaign, mine)
    assert [one.account_id for one in await lab.recipients(people)] == [entry.id, entry.id]  # L10
    assert [one.state for one in await lab.clocks()] == ["cancelled"]


async def test_l23_a_campaign_of_one_account_waits_without_limit(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    broken, cut = await lab.campaign(mine), await lab.campaign(mine)
    people = await lab.people(broken, mine, [1, 0]) + await lab.people(cut, mine, [1, 0])
    await lab.breaks(mine)
    await lab.later(30 * DAY)
    await lab.disconnects(mine)
    await lab.later(30 * DAY)
    assert await lab.count(OutreachClock) == 0
    assert await lab.states(people) == ["active"] * 4
    await lab.reconnects(mine)
    assert await lab.place(broken, mine) == "active"


async def test_l25_d11_another_address_in_the_slot_takes_over_where_nothing_rotates(lab: Lab) -> None:
    old = await lab.account("old@acme.test")
    campaign = await lab.campaign(old)
    people = await lab.people(campaign, old, [1, 0])
    await lab.disconnects(old)
    await lab.later(2 * HOUR)
    new = await lab.account("new@acme.test")
    assert await lab.slot_number(new) == 1
    entry = await lab.entry(campaign, new)
    assert (entry.address, entry.state) == ("new@acme.test", "active")
    assert [(one.account_id, one.state) for one in await lab.recipients(people)] == [(entry.id, "active")] * 2
    assert (await lab.state(campaign))[0] == "paused"  # L8


async def test_l25_in_a_rotation_the_old_addresss_recipients_follow_the_stop_rule(lab: Lab) -> None:
    old, other = await lab.account("old@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(old, other)
    people = await lab.people(campaign, old, [1, 0])
    await lab.disconnects(old)
    await lab.later(10 * MINUTE)
    await lab.account("new@acme.test")
    await lab.later(51 * MINUTE)
    assert (await lab.entry(campaign, old)).address == "old@acme.test"
    assert await lab.states(people) == ["campaign_stopped", "waiting"]


async def test_l25_the_same_account_in_another_slot_sends_from_there(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    await lab.disconnects(mine)
    await lab.later(timedelta(minutes=5))
    new = await lab.account("new@acme.test")  # takes the slot, and so the campaign
    await lab.reconnects(mine)
    assert await lab.slot_number(mine) == 2
    assert await lab.place(campaign, new) == "active"

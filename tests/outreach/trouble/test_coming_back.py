"""The way back from a disconnect: re-adding in time, too late, and wished for before: L12-L14, L18."""

from datetime import timedelta

import pytest

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slots import take_slot
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id
from mailwarden.events.types import EventType
from mailwarden.outreach.models import OutreachCampaign
from mailwarden.outreach.trouble.jobs import disconnected
from tests.outreach.trouble.lab import DAY, HOUR, MINUTE, Lab
from tests.support.browser import Browser

SECOND = timedelta(seconds=1)


async def rotation(lab: Lab) -> tuple[OutreachCampaign, Connection, Connection]:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    return await lab.campaign(mine, other), mine, other


async def test_l12_reconnecting_alone_does_not_put_it_back(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    assert await lab.place(campaign, mine) == "removed"


@pytest.mark.parametrize("minutes", [0, 1, 30, 59])
async def test_l13_reconnected_and_re_added_within_the_hour_everything_goes_on(lab: Lab, minutes: int) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [3, 1, 0])
    await lab.disconnects(mine)
    await lab.later(minutes * MINUTE)
    await lab.reconnects(mine)
    await lab.re_adds(campaign, mine)
    entry = await lab.entry(campaign, mine)
    await lab.later(30 * DAY)
    assert await lab.states(people) == ["active"] * 3
    assert {one.account_id for one in await lab.recipients(people)} == {entry.id}
    assert (await lab.entry(campaign, mine)).state == "active"
    assert [one.state for one in await lab.clocks()] == ["cancelled"]


async def test_l13_re_added_before_anybody_here_heard_of_the_disconnect(lab: Lab) -> None:
    """Our workers were busy, or dead: the way back was taken all the same, and the old news does not undo it."""
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine, work=False)
    await lab.machine.advance(10 * MINUTE)
    await lab.reconnects(mine, work=False)
    await lab.re_adds(campaign, mine)
    assert await lab.place(campaign, mine) == "active"
    await lab.later(DAY)
    assert await lab.states(people) == ["active"] * 2
    assert [one.state for one in await lab.clocks()] == ["cancelled"]


async def test_l13_put_back_on_the_list_by_hand_before_anybody_here_heard(lab: Lab, owner: Browser) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine, work=False)
    await lab.machine.advance(10 * MINUTE)
    await lab.reconnects(mine, work=False)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        slot = await take_slot(tx, await get_connection(tx, lab.org_id, mine.id, lock=True))
    assert slot is not None
    path = f"/v1/outreach-campaigns/{format_id('out', campaign.id)}/accounts"
    answer = await owner.post(path, {"mailbox_id": format_id("mbx", slot.id)})
    assert answer.status_code == 200, answer.text
    await lab.work()
    await lab.later(DAY)
    assert await lab.place(campaign, mine) == "active"
    assert await lab.states(people) == ["active"] * 2


async def test_l14_a_wish_before_anybody_here_heard_of_the_disconnect(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine, work=False)
    assert (await lab.re_adds(campaign, mine)).waits
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    await lab.later(DAY)
    assert await lab.states(people) == ["active"] * 2
    assert await lab.place(campaign, mine) == "active"


async def test_l13_the_same_news_again_takes_nothing_back(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1])
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    await lab.re_adds(campaign, mine)
    await lab.later(2 * HOUR)
    (event,) = await lab.told(EventType.CONNECTION_DISCONNECTED)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        await disconnected(lab.rt, tx, event)
    await lab.work()
    assert await lab.place(campaign, mine) == "active"
    assert await lab.states(people) == ["active"]


async def test_l14_reconnected_in_time_but_re_added_a_moment_too_late(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    await lab.machine.advance(50 * MINUTE + SECOND)  # and no job has run yet
    await lab.re_adds(campaign, mine)
    assert await lab.states(people) == ["campaign_stopped", "waiting"]
    assert await lab.place(campaign, mine) == "active"


async def test_l14_one_click_does_both_when_the_wish_was_left_before(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    assert (await lab.re_adds(campaign, mine)).waits
    assert await lab.place(campaign, mine) == "removed"
    await lab.later(40 * MINUTE)
    await lab.reconnects(mine)
    await lab.later(DAY)
    assert await lab.states(people) == ["active"] * 2
    assert await lab.place(campaign, mine) == "active"


async def test_l14_the_wish_counts_from_the_reconnect_though_we_hear_of_it_late(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.re_adds(campaign, mine)
    await lab.machine.advance(59 * MINUTE)
    await lab.reconnects(mine, work=False)
    await lab.later(10 * MINUTE)
    assert await lab.states(people) == ["active"] * 2
    assert await lab.place(campaign, mine) == "active"


async def test_l14_the_wish_comes_too_late_with_the_reconnect(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.re_adds(campaign, mine)
    await lab.machine.advance(61 * MINUTE)
    await lab.reconnects(mine)
    assert await lab.states(people) == ["campaign_stopped", "waiting"]
    assert await lab.place(campaign, mine) == "active"


async def test_l14_a_reconnect_before_the_wish_does_not_put_the_later_one_in_time(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    await lab.disconnects(mine)
    await lab.later(10 * MINUTE)
    assert (await lab.re_adds(campaign, mine)).waits
    await lab.machine.advance(45 * MINUTE)
    await lab.reconnects(mine)
    assert await lab.states(people) == ["campaign_stopped", "waiting"]


async def test_l14_the_wish_ends_with_the_account_being_taken_off(lab: Lab, owner: Browser) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.disconnects(mine)
    await lab.re_adds(campaign, mine)
    entry = await lab.entry(campaign, mine)
    path = f"/v1/outreach-campaigns/{format_id('out', campaign.id)}/accounts/{format_id('oacc', entry.id)}"
    assert (await owner.delete(path)).status_code == 200
    await lab.later(10 * MINUTE)
    await lab.reconnects(mine)
    assert await lab.place(campaign, mine) == "removed"


async def test_l14_a_disconnect_heard_through_an_older_event_is_announced_once(lab: Lab) -> None:
    """It failed, and was disconnected before anybody here heard of the failure."""
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    for name in ("Spring", "Autumn"):
        await lab.people(await lab.campaign(mine, other, name=name), mine, [1])
    await lab.breaks(mine, work=False)
    at = lab.now()
    await lab.disconnects(mine, work=False)
    await lab.later(31 * MINUTE)
    assert await lab.moments() == ["30_min_left"]
    clocks = await lab.clocks(kind="grace")
    assert len(clocks) == 2
    assert all(abs(one.started_at - at) < 5 * SECOND for one in clocks)
    (told,) = await lab.told(EventType.OUTREACH_CLOCK_WARNING)
    assert {one["name"] for one in told.data["campaigns"]} == {"Spring", "Autumn"}


async def test_l14_warnings_at_30_10_and_2_minutes(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    await lab.people(campaign, mine, [2, 1, 0])
    await lab.disconnects(mine)
    heard = {}
    for minutes, step in ((29, 29), (31, 2), (49, 18), (51, 2), (57, 6), (59, 2), (62, 3)):
        await lab.later(step * MINUTE)
        heard[minutes] = len(await lab.moments())
    assert heard == {29: 0, 31: 1, 49: 1, 51: 2, 57: 2, 59: 3, 62: 3}
    assert await lab.moments() == ["30_min_left", "10_min_left", "2_min_left"]
    told = (await lab.told(EventType.OUTREACH_CLOCK_WARNING))[0].data
    assert told["recipients_at_stake"] == 2
    assert 28 * 60 <= told["remaining_s"] <= 30 * 60


async def test_l18_re_added_after_the_hour_it_keeps_nobody(lab: Lab) -> None:
    campaign, mine, _ = await rotation(lab)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    await lab.reconnects(mine)
    done = await lab.re_adds(campaign, mine)
    assert (done.kept, done.free) == (0, 1)
    assert await lab.place(campaign, mine) == "active"
    stopped, free = await lab.recipients(people)
    assert (stopped.state, free.state, free.account_id) == ("campaign_stopped", "waiting", None)

"""Accounts that come back to another slot: what waited for them goes on from there (L13, L28)."""

from mailwarden.connections.slots import slot_of
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import parse_id
from mailwarden.outreach.queries import get_campaign
from mailwarden.sending.source import Outcome
from tests.outreach.sending import Box, steps_sent
from tests.outreach.steps import FIRST, people, ready, start
from tests.outreach.trouble.lab import MINUTE, Lab
from tests.support.browser import Browser


async def test_l28_a_mail_that_waits_leaves_from_the_slot_that_its_account_came_back_to(
    lab: Lab, owner: Browser
) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    boxes = []
    for row in (mine, other):
        async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
            slot = await slot_of(tx, lab.org_id, row.id)
        assert slot is not None
        boxes.append(Box(lab.rt, slot, row, lab.now()))
    started = await start(owner, await ready(owner, [box.slot for box in boxes], people(1), [FIRST]))
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        campaign = await get_campaign(tx, lab.org_id, parse_id("out", started["id"]))
    boxes[0].now = lab.now()
    message = await boxes[0].claim()
    assert message is not None
    await boxes[0].settle(message, Outcome.NOT_SENT, due_at=lab.now() + MINUTE)
    await lab.disconnects(mine)
    await lab.account("new@acme.test")  # takes the slot
    await lab.reconnects(mine)
    await lab.re_adds(campaign, mine)
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        slot = await slot_of(tx, lab.org_id, mine.id)
    assert slot is not None
    assert slot.id != boxes[0].slot.id
    back = Box(lab.rt, slot, mine, lab.now() + 2 * MINUTE)
    due = await back.due()
    assert due is not None
    assert due < back.now
    assert await back.send_all() == ["p0@example.net"]
    assert list((await steps_sent(lab.rt, lab.org_id)).values()) == [[1]]

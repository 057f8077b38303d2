"""The notices that people get: feed, letters, and what stands in them (H18, H19, D15)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mailwarden.alerts.campaign_notices import warning_body
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.core.db import unit_of_work
from mailwarden.outreach.trouble import words
from tests.accounts.steps import prove_address
from tests.alerts.support import alerts, letter_of
from tests.outreach.trouble.lab import DAY, HOUR, MINUTE, Lab
from tests.support.browser import Browser

OURS = {"campaigns_paused", "campaigns_at_stake", "recipients_stopped", "campaigns_can_resume"}


async def feed(lab: Lab) -> list[Alert]:
    return [one for one in await alerts(lab.rt, lab.org_id) if one.kind in OURS]


async def test_h19_the_failure_tells_which_campaigns_pause(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    rotation = await lab.campaign(mine, other, name="Spring")
    single = await lab.campaign(mine, name="Autumn")
    await lab.people(rotation, mine, [1, 1, 0])
    await lab.people(single, mine, [1])
    await lab.breaks(mine)
    (told,) = await feed(lab)
    assert (told.kind, told.title) == ("campaigns_paused", "Campaigns paused: Google – a@acme.test")
    assert "“Autumn” is paused without limit; 1 recipient waits." in told.body
    assert "In “Spring” the other accounts go on." in told.body
    assert "2 recipients with mail from this account will get nothing more" in told.body
    written = (await letter_of(lab.rt, told)).as_string()
    assert "Last moment" in written
    assert "/integrations/google?account=" in written


async def test_h18_every_reminder_leaves_as_mail(lab: Lab, owner: Browser) -> None:
    await prove_address(lab.rt, owner)
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [1])
    await lab.breaks(mine)
    for wait in (DAY, 2 * DAY, 3 * DAY, 2 * DAY, 23 * HOUR + 10 * MINUTE, HOUR):
        await lab.later(wait)
    kinds = [one.kind for one in await feed(lab)]
    assert kinds == ["campaigns_paused", *["campaigns_at_stake"] * 5, "recipients_stopped"]
    about = {one.id for one in await feed(lab)}
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        copies = set(await tx.session.scalars(select(AlertMail.alert_id)))
    assert copies >= about


async def test_l14_the_warnings_of_the_hour_say_what_to_do_in_time(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [1, 1])
    await lab.disconnects(mine)
    await lab.later(30 * MINUTE + timedelta(seconds=5))
    (told,) = await feed(lab)
    assert told.title == "29 min left: a@acme.test, 2 recipients at stake"
    assert "one click does both" in told.body
    await lab.later(HOUR)
    stopped = (await feed(lab))[-1]
    assert stopped.kind == "recipients_stopped"
    assert "was not re-added within the hour. 2 recipients" in stopped.body
    assert "2 recipients" in (await letter_of(lab.rt, stopped)).as_string()


async def test_d15_after_the_repair_people_are_reminded_to_resume(lab: Lab) -> None:
    mine = await lab.account("a@acme.test")
    await lab.campaign(mine, name="Spring")
    await lab.campaign(mine, name="By itself", auto_resume=True)
    await lab.breaks(mine)
    await lab.reconnects(mine)
    told = (await feed(lab))[-1]
    assert told.kind == "campaigns_can_resume"
    assert told.body == "a@acme.test works again. “Spring” waits until you resume."


async def test_nobody_is_told_of_a_stop_that_stopped_nobody(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    campaign = await lab.campaign(mine, other)
    await lab.people(campaign, mine, [0])
    await lab.disconnects(mine)
    await lab.later(2 * HOUR)
    assert "recipients_stopped" not in {one.kind for one in await feed(lab)}


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=8, hours=23, minutes=59), "8 days 23 h left"),
        (timedelta(days=1), "1 day 0 h left"),
        (timedelta(hours=1), "1 h 0 min left"),
        (timedelta(minutes=59, seconds=59), "59 min left"),
        (timedelta(seconds=40), "less than a minute left"),
        (timedelta(), "no time left"),
    ],
)
def test_the_countdown_never_promises_more_than_there_is(left: timedelta, said: str) -> None:
    assert words.countdown(left) == said


def test_many_campaigns_are_counted_where_they_cannot_be_named() -> None:
    many = [{"name": f"C{n}", "rotation": False, "recipients_waiting": 2} for n in range(12)]
    said = warning_body({"kind": "nine_days", "remaining_s": None, "campaigns": many})
    assert "and 2 more are paused without limit; 24 recipients wait" in said

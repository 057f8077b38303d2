"""Who sends must hear that the guard paused a campaign: what was counted, and what to look at before it goes on."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from mailwarden.alerts.campaign_notices import guarded_body
from mailwarden.alerts.jobs import LISTENERS
from mailwarden.alerts.models import Alert
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Job, JobKinds
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import dispatch_kind
from mailwarden.events.record import DISPATCH
from tests.alerts.support import alerts, letter_of
from tests.outreach.sending import Box, watch
from tests.outreach.steps import FIRST, Told, post, run_sql
from tests.outreach.test_edges import refuse
from tests.outreach.test_source import box, campaign_id, running
from tests.support.browser import Browser

HARD = "UPDATE message_recipients SET bounce_kind = 'hard' WHERE address IN ('p3@example.net', 'p4@example.net')"


async def hear(rt: Runtime, owner: Browser) -> None:
    """What the events lead to, and nothing else: the mailboxes' own jobs would ask a provider."""
    runner = JobRunner(rt, JobKinds().add(dispatch_kind(LISTENERS)), rt.sessions, rt.system, rt.rng)
    waiting = select(Job.id).where(Job.org_id == owner.org_id, Job.kind == DISPATCH, Job.state == "ready")
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        events = (await tx.session.scalars(waiting)).all()
    for event in events:
        await runner.run(event)


async def told_of(rt: Runtime, campaign: Told, owner: Browser) -> Sequence[Alert]:
    await watch(rt, owner.org_id, campaign_id(campaign))
    await hear(rt, owner)
    return [one for one in await alerts(rt, owner.org_id) if one.kind == "campaign_guarded"]


async def send(one: Box, count: int) -> None:
    for _ in range(count):
        await one.send()


async def test_too_many_bounces_are_told_with_their_number(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 50, FIRST, name="Spring")
    await send(one, 20)
    await run_sql(runtime, owner.org_id, HARD)
    (told,) = await told_of(runtime, campaign, owner)
    assert told.title == "Bounce guard: “Spring” is paused"
    assert told.body.startswith("2 of 20 mails came back for good; 5 % pause a campaign.")
    letter = (await letter_of(runtime, told)).as_string()
    assert "Campaign: Spring" in letter
    assert f"/outreach/{campaign['id']}" in letter
    assert [one.id for one in await told_of(runtime, campaign, owner)] == [told.id]


async def test_a_refused_sender_is_told_as_such(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 50, FIRST)
    await send(one, 19)
    await refuse(one, 1)
    (told,) = await told_of(runtime, campaign, owner)
    assert told.body.startswith("1 of 20 mails was refused for their sender")
    assert "No recipient is at fault" in told.body


def test_a_pause_that_came_without_counts_is_told_all_the_same() -> None:
    """The version before counted for nobody."""
    assert "Nothing more leaves until you resume" in guarded_body({"name": "Spring", "reason": "bounce_guard"})


@pytest.mark.parametrize("paused_again", [False, True])
async def test_each_time_is_told_and_a_pause_by_hand_is_not(
    owner: Browser, runtime: Runtime, paused_again: bool
) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 50, FIRST)
    await post(owner, campaign, "pause")
    assert await told_of(runtime, campaign, owner) == []
    await post(owner, campaign, "resume")
    for times in range(1, 2 + paused_again):
        one.now = runtime.clock.now()
        await send(one, 20)
        await run_sql(runtime, owner.org_id, "UPDATE message_recipients SET bounce_kind = 'hard'")
        assert len(await told_of(runtime, campaign, owner)) == times
        await post(owner, campaign, "resume")

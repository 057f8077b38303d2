"""What waits while something changes: L28 at its edges, and whose mailbox a copy may use."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from mailwarden.core.ids import format_id
from mailwarden.core.runtime import Billing, Runtime
from mailwarden.main import create_app
from mailwarden.sending.rules import next_try
from mailwarden.sending.source import Outcome
from tests.outreach.sending import Box, steps_sent, watch
from tests.outreach.steps import (
    FIRST,
    PATH,
    SECOND,
    add_account,
    draft,
    get,
    listed,
    make_mailbox,
    people,
    post,
    ready,
    rows_of,
    run_sql,
    set_steps,
    start,
)
from tests.outreach.test_source import box, campaign_id, messages, running
from tests.support.browser import Browser


async def waiting_mail(one: Box, **later: float) -> UUID:
    """A mail that was made, and could not leave yet."""
    message = await one.claim()
    assert message is not None
    await one.settle(message, Outcome.NOT_SENT, due_at=one.now + timedelta(**later))
    return message


async def state_of(rt: Runtime, org_id: UUID, message: UUID) -> str:
    return next(one.state for one in await messages(rt, org_id) if one.id == message)


async def test_steps_taken_away_end_the_sequence(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    await one.send()
    await set_steps(owner, campaign, FIRST)
    one.later(days=2)
    assert await one.send_all() == []
    assert (await rows_of(runtime, owner.org_id))["p0@example.net"].state == "finished"
    await watch(runtime, owner.org_id, campaign_id(campaign))
    assert (await get(owner, campaign))["state"] == "finished"


async def test_steps_taken_away_and_given_back_are_sent(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    await one.send()
    await set_steps(owner, campaign, FIRST)
    await set_steps(owner, campaign, FIRST, SECOND)
    assert await one.due() == one.now + timedelta(days=1)
    one.later(days=1)
    await one.send_all()
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1, 2]]


async def test_who_is_taken_out_leaves_no_mail_behind(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    message = await waiting_mail(one, minutes=5)
    (person,) = await listed(owner, campaign)
    assert (await owner.delete(f"{PATH}/{campaign['id']}/recipients/{person['id']}")).status_code == 204
    assert await state_of(runtime, owner.org_id, message) == "cancelled"


async def test_an_archive_leaves_no_mail_behind(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    message = await waiting_mail(one, minutes=5)
    await post(owner, campaign, "pause")
    await post(owner, campaign, "archive")
    assert await state_of(runtime, owner.org_id, message) == "cancelled"


async def test_a_pause_is_no_vain_trying(owner: Browser, runtime: Runtime) -> None:
    """A mail that waited through a long pause is made anew: the two days of trying were not over before they began."""
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    before = await waiting_mail(one, minutes=5)
    await post(owner, campaign, "pause")
    one.later(days=3)
    await post(owner, campaign, "resume")
    after = await one.claim()
    assert after is not None
    old, new = await messages(runtime, owner.org_id)
    assert [(old.id, old.state), (new.id, new.state)] == [(before, "cancelled"), (after, "sending")]
    assert new.queued_at is not None
    assert next_try(1, new.queued_at, "unavailable", one.now) is not None
    await one.settle(after)
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1]]


async def test_a_condition_is_asked_again_after_a_long_pause(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1, FIRST, SECOND | {"condition": "if_not_opened"})
    await one.send()
    one.later(days=1)
    await waiting_mail(one, minutes=5)
    await post(owner, campaign, "pause")
    one.later(days=3)
    await run_sql(runtime, owner.org_id, "UPDATE message_recipients SET opened_at = app_now() WHERE state = 'accepted'")
    await post(owner, campaign, "resume")
    assert await one.send_all() == []
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1]]
    assert (await rows_of(runtime, owner.org_id))["p0@example.net"].state == "finished"


async def test_who_was_skipped_with_a_mail_waiting_may_have_it_from_another_account(
    owner: Browser, runtime: Runtime
) -> None:
    first, second = await box(runtime, owner, 1), await box(runtime, owner, 2)
    campaign = await running(owner, [first, second], 1)
    message = await waiting_mail(first, minutes=5)
    (person,) = await listed(owner, campaign)
    await post(owner, campaign, f"recipients/{person['id']}/skip")
    account = next(one for one in campaign["accounts"] if one["address"] == "box-1@example.com")
    assert (await owner.delete(f"{PATH}/{campaign['id']}/accounts/{account['id']}")).status_code == 200
    await post(owner, campaign, f"recipients/{person['id']}/unskip")
    assert await state_of(runtime, owner.org_id, message) == "cancelled"
    second.now = runtime.clock.now()
    assert await second.send_all() == ["p0@example.net"]
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1]]


async def test_an_account_taken_off_is_not_put_back_beside_another_one(owner: Browser, runtime: Runtime) -> None:
    first, second = await box(runtime, owner, 1), await box(runtime, owner, 2)
    campaign = await running(owner, [first], 1)
    await post(owner, campaign, "pause")
    old = campaign["accounts"][0]["id"]
    assert (await owner.delete(f"{PATH}/{campaign['id']}/accounts/{old}")).status_code == 200
    await add_account(owner, campaign, second.slot)
    refused = await owner.post(f"{PATH}/{campaign['id']}/accounts/{old}/re-add")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_rotation")


async def test_a_members_copy_takes_no_colleagues_mailbox(owner: Browser, runtime: Runtime) -> None:
    theirs, _ = await make_mailbox(runtime, owner, 1, connected_by=owner.org_id)
    own, _ = await make_mailbox(runtime, owner, 2)
    campaign = await draft(owner)
    await add_account(owner, campaign, theirs)
    await add_account(owner, campaign, own)
    await run_sql(runtime, owner.org_id, "UPDATE memberships SET role = 'member'")
    made = await post(owner, campaign, "copy", {"name": "Again"})
    assert [one["mailbox_id"] for one in made["accounts"]] == [format_id("mbx", own.id)]


async def refuse(one: Box, count: int) -> None:
    for _ in range(count):
        message = await one.claim()
        assert message is not None
        await one.settle(message, Outcome.REFUSED, failure_code="sender_refused")


@pytest.mark.parametrize(("refused", "reason"), [(1, "sender_refused"), (20, "sender_refused")])
async def test_a_sender_who_is_refused_is_the_reason_that_is_told(
    owner: Browser, runtime: Runtime, refused: int, reason: str
) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 25, FIRST)
    for _ in range(20 - refused):
        await one.send()
    await refuse(one, refused)
    await watch(runtime, owner.org_id, campaign_id(campaign))
    paused = await get(owner, campaign)
    assert (paused["state"], paused["pause_reason"]) == ("paused", reason)


@pytest.mark.parametrize("sender_refused", [True, False])
async def test_a_pause_by_hand_keeps_why_the_guard_paused_and_a_resume_counts_anew(
    owner: Browser, runtime: Runtime, sender_refused: bool
) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 25, FIRST)
    for _ in range(19):
        await one.send()
    if sender_refused:
        await refuse(one, 1)
    else:
        await one.send()
        hard = "UPDATE message_recipients SET bounce_kind = 'hard' WHERE address = 'p3@example.net'"
        await run_sql(runtime, owner.org_id, hard)
    await watch(runtime, owner.org_id, campaign_id(campaign))
    told = await post(owner, campaign, "pause")
    assert told["pause_reason"] == ("sender_refused" if sender_refused else "bounce_guard")
    await post(owner, campaign, "resume")
    await watch(runtime, owner.org_id, campaign_id(campaign))
    assert (await get(owner, campaign))["state"] == "running"


async def test_two_campaigns_share_a_mailbox_and_neither_hinders_the_other(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    first = await running(owner, [one], 3, FIRST, name="First")
    await running(owner, [one], 3, FIRST | {"subject": "Other"}, name="Other")
    await one.send()
    await post(owner, first, "pause")
    await one.send_all()
    assert sorted(address for address, subject in one.sent if subject == "Other") == [
        f"p{n}@example.net" for n in range(3)
    ]
    held = 6 - len(one.sent)
    assert held
    await post(owner, first, "resume")
    assert len(await one.send_all()) == held
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1]] * 6


async def test_of_two_who_change_the_same_version_one_is_told(owner: Browser) -> None:
    campaign = await draft(owner)
    path, tag = f"{PATH}/{campaign['id']}", {"If-Match": campaign["etag"]}
    given = [{"steps": [FIRST]}, {"steps": [FIRST, SECOND]}]
    answers = await asyncio.gather(*(owner.http.put(f"{path}/steps", json=body, headers=tag) for body in given))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    kept = next(answer.json() for answer in answers if answer.status_code == 200)
    assert len((await get(owner, campaign))["steps"]) == len(kept["steps"])


async def test_who_does_not_pay_starts_and_resumes_nothing(owner: Browser, runtime: Runtime) -> None:
    slot, _ = await make_mailbox(runtime, owner)
    running_one, new = await ready(owner, [slot], people(1)), await ready(owner, [slot], people(1))
    await start(owner, running_one)
    await post(owner, running_one, "pause")
    billing = Billing(stripe_key="sk_test", webhook_secrets=("whsec_x",), prices={"starter": "price_1"}, trial_days=0)
    unpaid = replace(runtime, config=replace(runtime.config, billing=billing))
    transport = httpx.ASGITransport(create_app(unpaid), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        http.cookies, http.headers = owner.http.cookies, owner.http.headers
        for campaign, what in ((new, "start"), (running_one, "resume")):
            refused = await http.post(f"{PATH}/{campaign['id']}/{what}", json={})
            assert (refused.status_code, refused.json()["code"]) == (402, "subscription_inactive")
        told = (await http.post(f"{PATH}/resume", json={"campaign_ids": [running_one["id"]]})).json()
        assert [one["code"] for one in told["not_resumed"]] == ["subscription_inactive"]
    assert (await get(owner, running_one))["state"] == "paused"

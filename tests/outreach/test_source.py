"""What a mailbox gets when it asks campaigns for its next mail."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.core.db import reader
from mailwarden.core.ids import parse_id
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message
from mailwarden.sending.source import Outcome
from tests.outreach.sending import Box, steps_sent, watch
from tests.outreach.steps import (
    ANY_TIME,
    FIRST,
    PATH,
    SECOND,
    Told,
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
from tests.support.browser import Browser

THIRD = {"delay_s": 3600, "html": "<p>Last</p>"}


async def box(rt: Runtime, owner: Browser, number: int = 1) -> Box:
    slot, row = await make_mailbox(rt, owner, number)
    return Box(rt, slot, row, rt.clock.now())


async def running(owner: Browser, boxes: list[Box], count: int, *steps: Told, **over: Any) -> Told:
    campaign = await ready(owner, [one.slot for one in boxes], people(count), steps or (FIRST, SECOND), **over)
    started = await start(owner, campaign)
    for one in boxes:
        one.now = one.rt.clock.now()
    return started


def campaign_id(campaign: Told) -> UUID:
    return parse_id("out", campaign["id"])


async def messages(rt: Runtime, org_id: UUID) -> list[Message]:
    async with reader(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(Message).where(Message.org_id == org_id).order_by(Message.id)))


async def test_everybody_gets_every_step_once(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 3, FIRST, SECOND, THIRD)
    assert await one.send_all() == ["p0@example.net", "p1@example.net", "p2@example.net"]
    assert await one.due() == one.now + timedelta(days=1)
    one.later(hours=23)
    assert await one.send_all() == []
    one.later(hours=1)
    assert len(await one.send_all()) == 3
    one.later(days=30)
    assert len(await one.send_all()) == 3
    one.later(days=30)
    assert await one.send_all() == []
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [[1, 2, 3]] * 3
    await watch(runtime, owner.org_id, campaign_id(campaign))
    done = await get(owner, campaign)
    assert (done["state"], done["recipients"]["finished"], done["figures"]["sent"]) == ("finished", 3, 9)
    assert [step["figures"]["sent"] for step in done["steps"]] == [3, 3, 3]


async def test_follow_ups_are_answers_in_the_same_thread(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 1, FIRST, SECOND, {"subject": "New", "html": "<p>x</p>"})
    for _ in range(3):
        await one.send()
        one.later(days=2)
    assert [subject for _, subject in one.sent] == ["Hello there", "Re: Hello there", "New"]
    sent = await messages(runtime, owner.org_id)
    assert [message.answers_id for message in sent] == [None, sent[0].id, None]
    assert all(message.one_click_unsubscribe and message.kind == "outreach" for message in sent)


async def test_a_rotation_shares_and_keeps_who_it_wrote_to(owner: Browser, runtime: Runtime) -> None:
    first, second = await box(runtime, owner, 1), await box(runtime, owner, 2)
    await running(owner, [first, second], 6)
    for _ in range(3):
        await first.send()
        await second.send()
    assert [address for address, _ in first.sent] == ["p0@example.net", "p2@example.net", "p4@example.net"]
    for each in (second, first):
        each.later(days=2)
        await each.send_all()
    assert sorted(address for address, _ in first.sent) == sorted([f"p{n}@example.net" for n in (0, 0, 2, 2, 4, 4)])


async def test_two_mailboxes_at_once_never_take_the_same(owner: Browser, runtime: Runtime) -> None:
    boxes = [await box(runtime, owner, number) for number in (1, 2, 3)]
    await running(owner, boxes, 30, FIRST)
    await asyncio.gather(*(one.send_all() for one in boxes))
    sent = [address for one in boxes for address, _ in one.sent]
    assert len(sent) == len(set(sent)) == 30


async def test_what_is_due_to_ones_own_people_comes_first(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 3)
    await one.send()
    one.later(days=2)
    assert await one.send() == "p0@example.net"


async def test_nothing_of_a_paused_campaign(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 2)
    await one.send()
    await post(owner, campaign, "pause")
    assert await one.claim() is None
    assert await one.due() is None
    await post(owner, campaign, "resume")
    assert await one.send_all() == ["p1@example.net"]


async def test_a_pause_waits_for_the_claim_and_then_holds(owner: Browser, runtime: Runtime) -> None:
    """Whatever the order: what was claimed before the answer is all that starts (X2)."""
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 40, FIRST)

    async def claims() -> list[float]:
        at = []
        while await one.claim() is not None:
            at.append(asyncio.get_running_loop().time())
        return at

    sending = asyncio.create_task(claims())
    await asyncio.sleep(0.1)
    await post(owner, campaign, "pause")
    told = asyncio.get_running_loop().time()
    assert all(at < told + 0.5 for at in await sending)
    count = len(await messages(runtime, owner.org_id))
    assert await one.claim() is None
    assert len(await messages(runtime, owner.org_id)) == count


async def test_who_waits_for_the_provider_is_found_again(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    message = await one.claim()
    assert message is not None
    await one.settle(message, Outcome.NOT_SENT, due_at=one.now + timedelta(minutes=5))
    assert await one.claim() is None
    assert await one.due() == one.now + timedelta(minutes=5)
    one.later(minutes=5)
    await post(owner, campaign, "pause")
    assert await one.claim() is None
    await post(owner, campaign, "resume")
    assert await one.claim() == message
    await one.settle(message)
    assert await one.claim() is None


async def test_an_unknown_outcome_holds_until_it_is_found(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 1)
    message = await one.claim()
    assert message is not None
    await one.settle(message, Outcome.UNKNOWN)
    held = (await rows_of(runtime, owner.org_id))["p0@example.net"]
    assert (held.state, held.state_reason, held.next_step) == ("held", "outcome_unknown", 1)
    one.later(days=9)
    assert await one.claim() is None
    await one.settle(message, Outcome.FOUND)
    found = (await rows_of(runtime, owner.org_id))["p0@example.net"]
    assert (found.state, found.state_reason, found.next_step) == ("active", None, 2)
    one.later(days=1)
    assert await one.send() == "p0@example.net"


@pytest.mark.parametrize(
    ("over", "state"),
    [
        ({"failure_code": "refused"}, "skipped"),
        ({"failure_code": "refused", "bounce_kind": "hard"}, "bounced"),
        ({"failure_code": "suppressed"}, "suppressed"),
    ],
)
async def test_what_was_refused_ends_it(owner: Browser, runtime: Runtime, over: dict[str, Any], state: str) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 1)
    message = await one.claim()
    assert message is not None
    await one.settle(message, Outcome.REFUSED, **over)
    assert (await rows_of(runtime, owner.org_id))["p0@example.net"].state == state
    one.later(days=9)
    assert await one.claim() is None


async def test_who_was_skipped_by_a_refusal_can_be_tried_again(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    message = await one.claim()
    assert message is not None
    await one.settle(message, Outcome.REFUSED, failure_code="gave_up")
    person = (await listed(owner, campaign))[0]
    await post(owner, campaign, f"recipients/{person['id']}/unskip")
    one.now = runtime.clock.now()
    assert await one.send() == "p0@example.net"


@pytest.mark.parametrize(
    ("condition", "done", "sent"),
    [
        ("if_opened", {"opened_at": True}, [1, 2, 3]),
        ("if_opened", {}, [1, 3]),
        ("if_not_opened", {}, [1, 2, 3]),
        ("if_not_opened", {"clicked_at": True}, [1, 3]),
        ("if_clicked", {"opened_at": True}, [1, 3]),
    ],
)
async def test_conditions_are_asked_when_the_step_is_due(
    owner: Browser, runtime: Runtime, condition: str, done: dict[str, Any], sent: list[int]
) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 1, FIRST, SECOND | {"condition": condition}, THIRD)
    await one.send()
    for column in done:
        await run_sql(runtime, owner.org_id, f"UPDATE message_recipients SET {column} = app_now()")
    for _ in range(3):
        one.later(days=2)
        await one.send_all()
    assert list((await steps_sent(runtime, owner.org_id)).values()) == [sent]


async def test_a_missing_field_or_a_suppression_is_found_at_the_last_moment(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 3)
    await set_steps(owner, campaign, FIRST | {"html": "<p>{{company}}</p>"})
    unwilling = "INSERT INTO suppressions (id, org_id, address, reason) VALUES (uuidv7(), :org, :to, 'complaint')"
    await run_sql(runtime, owner.org_id, unwilling, org=owner.org_id, to="p0@example.net")
    named = (
        "UPDATE outreach_recipients SET fields = jsonb_build_object('company', 'X') WHERE address = 'p2@example.net'"
    )
    await run_sql(runtime, owner.org_id, named)
    assert await one.send_all() == ["p2@example.net"]
    rows = await rows_of(runtime, owner.org_id)
    assert [(row.state, row.state_reason) for _, row in sorted(rows.items())][:2] == [
        ("suppressed", "complaint"),
        ("skipped", "missing_fields: company"),
    ]


async def test_hours_are_kept_in_each_recipients_zone(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    schedule = ANY_TIME | {"from": "09:00", "until": "10:00", "zone": "recipient"}
    zones = ["Asia/Tokyo", "Europe/Berlin", None]
    given = [person | {"zone": zone} for person, zone in zip(people(3), zones, strict=True)]
    campaign = await ready(owner, [one.slot], given, [FIRST], schedule=schedule)
    await start(owner, campaign)
    one.now = one.now.replace(hour=23, minute=30, second=0, microsecond=0) + timedelta(days=1)
    assert await one.send_all() == []  # 08:30 in Tokyo
    assert await one.due() == one.now + timedelta(minutes=30)
    sent = []
    for _ in range(48):
        sent += [(address, one.now.strftime("%H:%M")) for address in await one.send_all()]
        one.later(minutes=30)
    berlin = "07:00" if one.now.month in range(4, 10) else "08:00"
    assert sent[0] == ("p0@example.net", "00:00")
    assert sent[2] == ("p2@example.net", "09:00")
    assert sent[1][0] == "p1@example.net"
    assert abs(int(sent[1][1][:2]) - int(berlin[:2])) <= 1


async def test_hours_of_one_zone_say_when_to_look_again(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    schedule = ANY_TIME | {"from": "09:00", "until": "10:00", "zone": "Asia/Tokyo"}
    campaign = await ready(owner, [one.slot], people(1), [FIRST], schedule=schedule)
    await start(owner, campaign)
    one.now = one.now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert await one.send_all() == []
    assert await one.due() == one.now.replace(hour=0) + timedelta(days=1)
    path, tag = f"{PATH}/{campaign['id']}", (await get(owner, campaign))["etag"]
    await owner.patch(path, {"schedule": ANY_TIME}, headers={"If-Match": tag})
    assert await one.send_all() == ["p0@example.net"]


async def test_steps_that_went_out_stay_and_new_delays_count(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1)
    await one.send()
    tag = {"If-Match": (await get(owner, campaign))["etag"]}
    changed = {"steps": [FIRST | {"subject": "Other"}, SECOND]}
    refused = await owner.http.put(f"{PATH}/{campaign['id']}/steps", json=changed, headers=tag)
    assert (refused.status_code, refused.json()["code"]) == (409, "step_sent")
    await set_steps(owner, campaign, FIRST, SECOND | {"delay_s": 60})
    assert await one.due() == one.now + timedelta(seconds=60)
    one.later(seconds=60)
    assert await one.send() == "p0@example.net"


async def test_who_comes_later_is_due_at_once(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 1, FIRST)
    await one.send_all()
    await post(owner, campaign, "recipients", {"recipients": [{"address": "late@example.net"}]})
    one.now = runtime.clock.now()
    assert await one.send_all() == ["late@example.net"]


async def test_the_first_delay_counts_from_the_start(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    await running(owner, [one], 1, FIRST | {"delay_s": 7200})
    assert await one.send_all() == []
    due = await one.due()
    assert due is not None
    assert timedelta(hours=1, minutes=59) < due - one.now <= timedelta(hours=2)
    one.later(hours=2)
    assert await one.send_all() == ["p0@example.net"]


async def test_the_guard_pauses_at_too_many_bounces(owner: Browser, runtime: Runtime) -> None:
    one = await box(runtime, owner)
    campaign = await running(owner, [one], 25, FIRST)
    for _ in range(19):
        await one.send()
    hard = "UPDATE message_recipients SET bounce_kind = 'hard', bounced_at = app_now() WHERE address = 'p3@example.net'"
    await run_sql(runtime, owner.org_id, hard)
    await watch(runtime, owner.org_id, campaign_id(campaign))
    assert (await get(owner, campaign))["state"] == "running"
    await one.send()
    await watch(runtime, owner.org_id, campaign_id(campaign))
    paused = await get(owner, campaign)
    assert (paused["state"], paused["pause_reason"]) == ("paused", "bounce_guard")
    await post(owner, campaign, "resume")
    await watch(runtime, owner.org_id, campaign_id(campaign))
    assert (await get(owner, campaign))["state"] == "running"

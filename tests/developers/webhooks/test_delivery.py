"""From an event to the customer's server: signed, retried, logged, and nothing lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks import pump, rules, sending
from mailwarden.developers.webhooks.models import WebhookEndpoint
from mailwarden.events.types import EventType
from tests.developers.webhooks.steps import (
    change_endpoint,
    deliveries,
    happen,
    look_at,
    make_endpoint,
    read_all,
    sign_in_again,
)
from tests.fakes.receiver import Message, Receiver, Reply
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine


async def test_an_event_arrives_signed_with_its_number(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    await happen(runtime, owner.org_id, 3)
    await drain(runtime)
    told = receiver.verified(made["secret"])
    events = await read_all(owner)
    assert sorted(one["sequence"] for one in told) == [1, 2, 3]
    assert sorted(receiver.ids) == sorted(one["id"] for one in events)
    same = ("id", "sequence", "type", "connection_id", "subject_id", "data")
    assert sorted([{name: one[name] for name in same} for one in told], key=str) == sorted(
        [{name: one[name] for name in same} for one in events], key=str
    )
    log = await deliveries(owner, made)
    assert {one["status"] for one in log} == {"delivered"}
    assert {one["last_attempt"]["http_status"] for one in log} == {204}
    assert (await look_at(owner, made))["health"] == "working"


async def test_only_what_was_chosen_is_sent(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    await make_endpoint(owner, receiver.url, event_types=["sync.started"])
    await happen(runtime, owner.org_id, 2)
    await happen(runtime, owner.org_id, 1, EventType.SYNC_STARTED)
    await drain(runtime)
    assert len(receiver.got) == 1


async def test_what_happened_before_is_not_sent(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    await happen(runtime, owner.org_id, 2)
    await drain(runtime)
    await make_endpoint(owner, receiver.url)
    await drain(runtime)
    assert receiver.got == []


async def test_retries_follow_the_schedule_under_one_id(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    """Ten attempts over three days, all of the same bytes; then it is given up, and can be replayed."""
    made = await make_endpoint(owner, receiver.url)
    receiver.always(500)
    await happen(runtime, owner.org_id, 1, EventType.SYNC_FAILED)
    await drain(runtime)
    for wait in rules.WAITS:
        before = len(receiver.got)
        await time_machine.advance(wait * 0.79)
        await drain(runtime)
        assert len([one for one in receiver.got[before:] if one.id == receiver.ids[0]]) == 0
        await time_machine.advance(max(wait * 0.42, rules.LONGEST_REST_S))
        await drain(runtime)
    mine = [one for one in receiver.got if one.id == receiver.ids[0]]
    assert len(mine) == 10
    assert len({one.body for one in mine}) == 1
    await sign_in_again(owner)
    (given_up,) = await deliveries(owner, made, status="failed")
    assert (given_up["tries"], given_up["next_attempt_at"]) == (10, None)
    detail = await look_at(owner, made, f"/deliveries/{given_up['id']}")
    assert [one["http_status"] for one in detail["attempts"]] == [500] * 10
    receiver.always(200)
    answer = await owner.post(f"/v1/webhook-endpoints/{made['id']}/deliveries/{given_up['id']}/replay")
    assert answer.status_code == 202
    await drain(runtime)
    assert (await look_at(owner, made, f"/deliveries/{given_up['id']}"))["status"] == "delivered"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_failures_and_not_followed(
    runtime: Runtime, owner: Browser, receiver: Receiver, status: int
) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.always(status, location=receiver.url.replace("/hook", "/elsewhere"))
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert {one.path for one in receiver.got} == {"/hook"}
    (one,) = await deliveries(owner, made)
    assert (one["status"], one["last_attempt"]["error"]) == ("pending", "http_status")


async def test_an_answer_that_takes_too_long_is_a_failure(
    runtime: Runtime, owner: Browser, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.DEADLINE_S == 20
    monkeypatch.setattr(sending, "DEADLINE_S", 0.3)
    receiver.reply = lambda _: Reply(200, after_s=0.8)
    made = await make_endpoint(owner, receiver.url)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    (one,) = await deliveries(owner, made)
    assert one["last_attempt"]["error"] == "timeout"


async def test_nothing_of_an_answer_is_kept(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(500, {"x-inner": "canary-header"}, b"canary-body")
    made = await make_endpoint(owner, receiver.url)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    (one,) = await deliveries(owner, made)
    everything = str([one, await look_at(owner, made), await look_at(owner, made, f"/deliveries/{one['id']}")])
    assert "canary" not in everything
    assert made["secret"] not in everything


async def test_a_host_that_leads_inwards_meanwhile_gets_nothing(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    """Judged at every connection: what was fine when it was typed may be ours today."""
    made = await make_endpoint(owner, receiver.url)
    await happen(runtime, owner.org_id)
    await drain(replace(runtime, config=replace(runtime.config, egress_allow=())))
    assert receiver.got == []
    (blocked,) = await deliveries(owner, made)
    assert blocked["last_attempt"] | {"at": ""} == {
        "at": "",
        "http_status": None,
        "duration_ms": None,
        "error": "unreachable",
    }


async def test_gone_disables_and_keeps(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.always(410)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    off = await look_at(owner, made)
    assert (off["enabled"], off["disabled_reason"]) == (False, "gone")
    assert len(receiver.got) == 1
    receiver.always(200)
    await change_endpoint(owner, made, enabled=True)
    await drain(runtime)
    types = [one["type"] for one in receiver.verified(made["secret"])[1:]]
    assert sorted(types) == ["sync.failed", "sync.failed", "webhook_endpoint.disabled"]


async def test_a_disabled_endpoint_gets_its_events_when_it_is_enabled(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    made = await make_endpoint(owner, receiver.url)
    await change_endpoint(owner, made, enabled=False)
    await happen(runtime, owner.org_id, 4)
    await drain(runtime)
    await time_machine.advance(timedelta(days=29))
    await happen(runtime, owner.org_id, 3)
    await drain(runtime)
    assert receiver.got == []
    await time_machine.advance(timedelta(hours=23))
    await sign_in_again(owner)
    await change_endpoint(owner, made, enabled=True)
    await drain(runtime)
    assert sorted(receiver.ids) == sorted(one["id"] for one in await read_all(owner))
    assert len(receiver.ids) == 7


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_for_a_rest_gets_it(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine, status: int
) -> None:
    await make_endpoint(owner, receiver.url)
    receiver.always(status, retry_after="1800")
    await happen(runtime, owner.org_id)
    await drain(runtime)
    receiver.always(200)
    await happen(runtime, owner.org_id, 2)
    await drain(runtime)
    await time_machine.advance(1790)
    await drain(runtime)
    assert len(receiver.got) == 1
    await time_machine.advance(15)
    await drain(runtime)
    assert sorted(set(receiver.ids)) == sorted(one["id"] for one in await read_all(owner))


async def test_a_dead_endpoint_is_asked_with_one_message_at_a_time(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    """However many events wait; and when it lives again, all go out at once instead of hours later."""
    made = await make_endpoint(owner, receiver.url)
    receiver.always(500)
    await happen(runtime, owner.org_id, 60)
    await drain(runtime)
    for _ in range(24):
        await time_machine.advance(3600)
        await drain(runtime)
    assert len(receiver.got) < 60
    receiver.always(200)
    await time_machine.advance(rules.DEAD_REST_S)
    before = len(receiver.got)
    await drain(runtime)
    await sign_in_again(owner)
    wanted = {one["id"] for one in await read_all(owner, limit=100)}
    assert set(receiver.ids[before:]) == wanted
    assert (await look_at(owner, made))["pending"] == 0


async def test_two_secrets_sign_for_a_day(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    made = await make_endpoint(owner, receiver.url)
    rotated = (await owner.post(f"/v1/webhook-endpoints/{made['id']}/rotate-secret")).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"]
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert receiver.verified(made["secret"]) == receiver.verified(rotated["secret"])
    receiver.got.clear()
    await time_machine.advance(timedelta(hours=24, seconds=1))
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 1


async def test_a_test_message_goes_to_a_disabled_endpoint_too_and_only_once(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    made = await make_endpoint(owner, receiver.url)
    await change_endpoint(owner, made, enabled=False)
    asked = await owner.post(f"/v1/webhook-endpoints/{made['id']}/test")
    assert asked.status_code == 202
    receiver.always(500)
    await drain(runtime)
    found = (await owner.get(asked.headers["location"])).json()
    assert (found["status"], found["tries"], found["event_type"]) == ("failed", 1, "webhook.test")
    receiver.always(204)
    asked = await owner.post(f"/v1/webhook-endpoints/{made['id']}/test")
    await drain(runtime)
    assert (await owner.get(asked.headers["location"])).json()["status"] == "delivered"
    assert [one["type"] for one in receiver.verified(made["secret"])] == ["webhook.test"] * 2
    assert await read_all(owner) == []


async def test_all_that_failed_since_then_is_replayed(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.always(500)
    await happen(runtime, owner.org_id, 2)
    await drain(runtime)
    await time_machine.advance(60)
    since = runtime.clock.now()
    await happen(runtime, owner.org_id, 3)
    await drain(runtime)
    receiver.got.clear()
    receiver.always(200)
    path = f"/v1/webhook-endpoints/{made['id']}/replay"
    answer = await owner.post(path, {"since": since.isoformat()})
    assert (answer.status_code, answer.json()) == (202, {"replayed": 3})
    await drain(runtime)
    assert len(set(receiver.ids)) == 5  # the first success shows that it lives, and the others follow
    assert (await owner.post(path, {"since": since.isoformat()})).json() == {"replayed": 0}


async def test_a_large_event_is_thin(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(
            text("INSERT INTO events (id, org_id, type, data) VALUES (uuidv7(), :org, 'sync.failed', :data)"),
            {"org": owner.org_id, "data": '{"long": "' + "ü" * 15_000 + '"}'},
        )
    await happen(runtime, owner.org_id)
    await drain(runtime)
    told: dict[int, Any] = {one["sequence"]: one for one in receiver.verified(made["secret"])}
    assert (told[1]["truncated"], told[1]["data"]) == (True, {})
    assert all(len(one.body) <= rules.MOST_BODY for one in receiver.got)
    event = (await owner.get(f"/v1/events/{told[1]['id']}")).json()
    assert len(event["data"]["long"]) == 15_000


async def test_an_event_whose_wake_up_was_lost_goes_with_the_next(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    """The position in the stream decides what is sent, not the job that tells of it."""
    await make_endpoint(owner, receiver.url)
    await happen(runtime, owner.org_id)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(text("UPDATE jobs SET state = 'dead' WHERE kind = 'event_dispatch'"))
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert len(receiver.got) == 2


async def test_a_secret_that_cannot_be_opened_is_a_failure_not_a_crash(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    made = await make_endpoint(owner, receiver.url)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(
            update(WebhookEndpoint).where(WebhookEndpoint.org_id == owner.org_id).values(secret=b"\x01damaged")
        )
    await happen(runtime, owner.org_id)
    await drain(runtime)
    assert receiver.got == []
    (one,) = await deliveries(owner, made)
    assert one["last_attempt"]["error"] == "secret_unreadable"


async def test_a_message_that_is_never_taken_does_not_hold_up_the_others(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    await make_endpoint(owner, receiver.url)
    (poison,) = await happen(runtime, owner.org_id)

    def refuse(message: Message) -> Reply:
        return Reply(500 if message.id == f"evt_{poison.hex}" else 200)

    receiver.reply = refuse
    await drain(runtime)
    for _ in range(8):
        await happen(runtime, owner.org_id, 2)
        await drain(runtime)
        await time_machine.advance(600)
        await drain(runtime)
    assert len({one.id for one in receiver.got if receiver.accepted(one)}) == 16


async def test_a_long_backlog_is_given_in_parts(
    runtime: Runtime, owner: Browser, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "AT_ONCE", 3)
    made = await make_endpoint(owner, receiver.url, event_types=["sync.started"])
    await change_endpoint(owner, made, enabled=False)
    await happen(runtime, owner.org_id, 10)
    await happen(runtime, owner.org_id, 7, EventType.SYNC_STARTED)
    await change_endpoint(owner, made, enabled=True)
    await drain(runtime)
    assert len(set(receiver.ids)) == 7


async def test_a_sender_that_died_is_in_the_log_and_its_message_goes_again(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It died after the message had arrived and before that was noted."""
    made = await make_endpoint(owner, receiver.url)
    await drain(runtime)

    async def die(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(pump, "_settle", die)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    monkeypatch.undo()
    await time_machine.advance(60)
    await drain(runtime)
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    (one,) = await deliveries(owner, made)
    attempts = (await look_at(owner, made, f"/deliveries/{one['id']}"))["attempts"]
    assert [attempt["error"] for attempt in attempts] == ["interrupted", None]

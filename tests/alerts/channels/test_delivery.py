"""Each channel gets an alert at least once, and never again after it accepted it."""

import json
from pathlib import Path

from sqlalchemy import update

from mailwarden.alerts.rule_models import AlertPost
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from tests.alerts.channels.steps import changed, posts, raise_rule_alert
from tests.alerts.support import break_and_tell, copies, mails, recover_and_tell
from tests.conftest import MakeConnection
from tests.fakes.receiver import Receiver, Reply
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine


async def all_on(owner: Browser, slack: Receiver, receiver: Receiver) -> str:
    """The secret of the webhook."""
    await changed(owner, slack={"enabled": True, "url": slack.url}, webhook={"enabled": True, "url": receiver.url})
    answer = await owner.post("/v1/alert-settings/webhook-secret")
    return str(answer.json()["secret"])


async def test_an_alert_leaves_through_every_channel(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver, tmp_path: Path
) -> None:
    secret = await all_on(owner, slack, receiver)
    await raise_rule_alert(runtime, owner, "Syncs fail: <!channel> & co")
    await drain(runtime)
    (mail,) = mails(tmp_path / "mail")
    assert mail["Subject"] == "Syncs fail: <!channel> & co"
    (said,) = [json.loads(one.body) for one in slack.got]
    assert said["text"].startswith("Syncs fail: &lt;!channel&gt; &amp; co\nThree in a row.")
    (told,) = receiver.verified(secret)
    assert told["type"] == "alert.raised"
    assert told["data"]["kind"] == "sync_failure"
    assert told["data"]["facts"]["subject"] == "acme.test"
    assert [(one.channel, one.state, one.tries) for one in await posts(runtime, owner)] == [
        ("slack", "sent", 1),
        ("webhook", "sent", 1),
    ]


async def test_a_refusal_is_tried_again_under_the_same_name_until_it_is_accepted(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver, time_machine: TimeMachine
) -> None:
    await all_on(owner, slack, receiver)
    receiver.reply = lambda _: Reply(500 if len(receiver.got) < 3 else 204)
    await raise_rule_alert(runtime, owner)
    for _ in range(6):
        await drain(runtime)
        await time_machine.advance(900)
    assert len(receiver.got) == 3
    assert len(set(receiver.ids)) == 1
    assert len(slack.got) == 1


async def test_a_worker_that_dies_while_it_sends_sends_again_and_not_after_the_answer(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver
) -> None:
    await all_on(owner, slack, receiver)
    await raise_rule_alert(runtime, owner)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(AlertPost).values(state="sending", tries=1))
    await drain(runtime)
    assert (len(slack.got), len(receiver.got)) == (1, 1)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Job).where(Job.kind == "alert_post").values(state="ready", due_at=Job.due_at))
    await drain(runtime)
    assert (len(slack.got), len(receiver.got)) == (1, 1)


async def test_slack_that_knows_the_address_no_more_ends_it_at_once(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver, time_machine: TimeMachine
) -> None:
    await all_on(owner, slack, receiver)
    slack.always(404)
    await raise_rule_alert(runtime, owner)
    for _ in range(3):
        await drain(runtime)
        await time_machine.advance(900)
    assert len(slack.got) == 1
    shown = (await owner.get("/v1/alert-settings")).json()["slack"]["last"]
    assert (shown["status"], shown["http_status"], shown["error"]) == ("failed", 404, "http_status")
    log = (await owner.get("/v1/alert-settings/deliveries", params={"channel": "slack"})).json()["data"]
    assert [(one["title"], one["status"], one["tries"]) for one in log] == [("Syncs fail: acme.test", "failed", 1)]


async def test_endless_failures_end(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver, time_machine: TimeMachine
) -> None:
    await all_on(owner, slack, receiver)
    receiver.always(500)
    await raise_rule_alert(runtime, owner)
    for _ in range(30):
        await drain(runtime)
        await time_machine.advance(900)
    assert len(receiver.got) == 24
    assert (await posts(runtime, owner))[1].state == "failed"


async def test_what_was_switched_off_meanwhile_gets_nothing(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver
) -> None:
    await all_on(owner, slack, receiver)
    await raise_rule_alert(runtime, owner)
    await changed(owner)
    await drain(runtime)
    assert slack.got == receiver.got == []
    assert {one.error for one in await posts(runtime, owner)} == {"channel_off"}


async def test_a_disconnect_never_waits_for_the_digest_and_only_its_mail_can_be_switched_off(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, slack: Receiver, receiver: Receiver
) -> None:
    await all_on(owner, slack, receiver)
    await changed(
        owner,
        enabled=False,
        frequency="daily",
        email={"on_disconnect": False},
        slack={"enabled": True},
        webhook={"enabled": True},
    )
    episode_id = await break_and_tell(runtime, await make_connection())
    assert (len(slack.got), len(receiver.got)) == (1, 1)
    assert await copies(runtime, owner.org_id) == []
    shown = (await owner.get("/v1/alerts")).json()["data"]
    assert [alert["kind"] for alert in shown] == ["integration_disconnected"]
    assert episode_id.hex in shown[0]["episode_id"]


async def test_the_end_of_a_disconnect_leaves_the_same_way(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, slack: Receiver, receiver: Receiver
) -> None:
    secret = await all_on(owner, slack, receiver)
    connection = await make_connection()
    await recover_and_tell(runtime, connection, await break_and_tell(runtime, connection))
    assert [one["type"] for one in receiver.verified(secret)] == ["alert.raised", "alert.recovered"]


async def test_the_log_names_what_the_receiver_got(
    runtime: Runtime, owner: Browser, slack: Receiver, receiver: Receiver, tmp_path: Path
) -> None:
    await all_on(owner, slack, receiver)
    await raise_rule_alert(runtime, owner)
    await drain(runtime)
    log = {
        channel: (await owner.get("/v1/alert-settings/deliveries", params={"channel": channel})).json()["data"]
        for channel in ("email", "slack", "webhook")
    }
    alert = (await owner.get("/v1/alerts")).json()["data"][0]["id"]
    assert {channel: [one["alert_id"] for one in rows] for channel, rows in log.items()} == {
        key: [alert] for key in log
    }
    (mail,) = mails(tmp_path / "mail")
    assert (log["email"][0]["message_id"], log["slack"][0]["message_id"]) == (mail["Message-ID"], None)
    assert [one["message_id"] for one in log["webhook"]] == receiver.ids
    assert len({rows[0]["id"] for rows in log.values()}) == 3

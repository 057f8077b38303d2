"""A server that takes the password but not the sender: the account stays connected, and only sending rests."""

from mailwarden.billing.gate import SELF_HOSTED
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.runtime import Runtime
from tests.connections.mailbox_fixtures import mailbox, post
from tests.connections.mailbox_steps import Post, probe
from tests.connections.steps import live, now
from tests.support.browser import Browser
from tests.support.time import TimeMachine

__all__ = ["mailbox", "post"]
NOT_YOURS = {"path": "/smtp/MAIL", "text": "553 5.7.1 Sender address rejected: not owned by user"}


async def test_it_is_no_trouble_of_the_provider(
    runtime: Runtime, mailbox: Connection, post: Post, time_machine: TimeMachine
) -> None:
    post.break_("reply", **NOT_YOURS)
    await probe(runtime, mailbox)
    before = len(post.logins())
    await live(runtime, time_machine, 1800, step=30)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.degraded_reason, seen.failures_in_row) == ("connected", None, 0)
    assert len(post.logins()) - before <= 10  # asked as a healthy one


async def test_only_sending_rests_and_returns_by_itself(
    runtime: Runtime, mailbox: Connection, post: Post, time_machine: TimeMachine
) -> None:
    post.break_("reply", **NOT_YOURS)
    await probe(runtime, mailbox)
    seen = await now(runtime, mailbox)
    answers = {
        one: may_use(seen, one, runtime.clock.now(), SELF_HOSTED) for one in (Purpose.SEND, Purpose.READ_MAILBOX)
    }
    assert answers[Purpose.READ_MAILBOX].usable
    refused = answers[Purpose.SEND]
    assert (refused.code, refused.action and refused.action.code) == ("permission_missing", "reconnect")
    assert "sending as this address" in refused.detail
    post.mend()
    await probe(runtime, mailbox)
    assert may_use(await now(runtime, mailbox), Purpose.SEND, runtime.clock.now(), SELF_HOSTED).usable


async def test_a_persons_test_names_the_step(runtime: Runtime, owner: Browser, mailbox: Connection, post: Post) -> None:
    post.break_("reply", **NOT_YOURS)
    name = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    told = (await owner.post(f"/v1/connections/{name}/test", {})).json()
    lines = {one["name"]: one for one in told["checks"]}
    assert lines["imap"]["ok"]
    assert "does not let you send as this address" in lines["smtp"]["detail"]
    assert (await now(runtime, mailbox)).degraded_reason is None


async def test_trouble_that_ends_in_a_refused_sender_has_ended(
    runtime: Runtime, mailbox: Connection, post: Post, time_machine: TimeMachine
) -> None:
    post.break_("reply", path="/smtp/MAIL", text="421 4.3.0 Temporary System Problem")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 60, step=10)
    assert (await now(runtime, mailbox)).degraded_reason == "provider_unavailable"
    post.mend()
    post.break_("reply", **NOT_YOURS)
    await live(runtime, time_machine, 60, step=10)
    seen = await now(runtime, mailbox)
    assert (seen.degraded_reason, seen.missing_scopes) == (None, ["sending as this address"])

"""From a refused login to a verdict, on a moved clock: never hammered, never too late, never for a broken wire."""

import pytest

from tests.connections.mailbox_fixtures import mailbox, post
from tests.connections.mailbox_steps import Post, probe, shown
from tests.connections.steps import episodes, events, live, now
from tests.support.browser import Browser
from tests.support.time import TimeMachine

__all__ = ["mailbox", "post"]


async def test_a_healthy_mailbox_is_asked_once_per_interval(runtime, mailbox, post: Post, time_machine: TimeMachine):
    before = len(post.logins())
    await live(runtime, time_machine, 3600, step=60)
    assert (await now(runtime, mailbox)).status == "connected"
    assert 2 * 6 <= len(post.logins()) - before <= 2 * 8


async def test_a_changed_password_is_inactive_after_three_refusals_within_twelve_minutes(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("change_password")
    before = len(post.logins())
    await probe(runtime, mailbox)
    assert (await now(runtime, mailbox)).status == "verifying"
    await live(runtime, time_machine, 590, step=10)
    assert (await now(runtime, mailbox)).status == "verifying"
    await live(runtime, time_machine, 130, step=10)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "credentials_rejected")
    assert post.logins()[before:] == ["IMAP", "IMAP", "IMAP"]
    assert len(await episodes(runtime, mailbox)) == 1


async def test_a_policy_that_is_named_twice_is_enough(runtime, mailbox, post: Post, time_machine: TimeMachine):
    post.break_("admin_block")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 120, step=10)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "admin_policy")


async def test_535_5_7_139_is_the_administrators_policy(runtime, mailbox, post: Post, time_machine: TimeMachine):
    post.break_("reply", path="/smtp/AUTH", text="535 5.7.139 Authentication unsuccessful, the request did not pass")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 120, step=10)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "admin_policy")


async def test_a_password_that_was_only_mistaken_for_wrong_alarms_nobody(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("change_password")
    await probe(runtime, mailbox)
    post.mend()
    await live(runtime, time_machine, 360, step=10)
    assert (await now(runtime, mailbox)).status == "connected"
    assert "inactive" not in await events(runtime, mailbox)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/smtp/AUTH", "454 4.7.0 Too many login attempts, please try again later."),
        ("/imap/AUTHENTICATE", "{tag} NO [ALERT] Too many simultaneous connections. (Failure)"),
    ],
)
async def test_a_throttled_mailbox_is_left_alone_for_a_quarter_of_an_hour(
    runtime, mailbox, post: Post, time_machine: TimeMachine, path, text
):
    post.break_("reply", path=path, text=text)
    await probe(runtime, mailbox)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.degraded_reason) == ("connected", "rate_limited")
    before = len(post.logins())
    await live(runtime, time_machine, 840, step=30)
    assert len(post.logins()) == before
    post.mend()
    await live(runtime, time_machine, 120, step=20)
    assert (await now(runtime, mailbox)).degraded_reason is None


async def test_nobody_can_hammer_by_testing(runtime, owner: Browser, mailbox, post: Post):
    post.break_("change_password")
    name = await shown(owner)
    before = len(post.logins())
    for _ in range(5):
        told = (await owner.post(f"/v1/connections/{name}/test", {})).json()
        assert told["ok"] is False
    assert post.logins()[before:] == ["IMAP"]
    assert "next try" in told["checks"][0]["detail"]


async def test_the_test_tells_both_servers(owner: Browser, mailbox, post: Post):
    told = (await owner.post(f"/v1/connections/{await shown(owner)}/test", {})).json()
    assert [(check["name"], check["ok"]) for check in told["checks"]] == [("imap", True), ("smtp", True)]


async def test_a_new_password_ends_the_episode_and_a_late_refusal_of_the_old_one_changes_nothing(
    runtime, owner: Browser, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("change_password")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 720, step=30)
    assert (await now(runtime, mailbox)).status == "inactive"
    body = {"password": post.owner.password}
    told = (await owner.post(f"/v1/connections/{await shown(owner)}/credentials", body)).json()
    assert told["connection"]["status"] == "connected"
    assert (await episodes(runtime, mailbox))[0].ended_by == "reconnected"
    await live(runtime, time_machine, 700, step=100)
    assert (await now(runtime, mailbox)).status == "connected"


async def test_a_dead_mailbox_that_works_again_is_found_within_an_hour(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("change_password")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 720, step=30)
    assert (await now(runtime, mailbox)).status == "inactive"
    post.mend()
    await live(runtime, time_machine, 3700, step=100)
    assert (await now(runtime, mailbox)).status == "connected"
    assert (await events(runtime, mailbox))[-1] == "recovered"


async def test_a_refusal_by_smtp_alone_counts(runtime, mailbox, post: Post, time_machine: TimeMachine):
    """SMTP is a credential of its own: refused there alone, the mailbox cannot send."""
    post.break_("reply", path="/smtp/AUTH", text="535 5.7.8 Error: authentication failed")
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 720, step=30)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "credentials_rejected")

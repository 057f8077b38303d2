"""Trouble that refuses nobody: the server that has it is asked every half minute, the other one is left in peace."""

import pytest

from mailwarden.connections.models import Connection
from mailwarden.core.runtime import Runtime
from tests.connections.mailbox_fixtures import mailbox, post
from tests.connections.mailbox_steps import Post, probe, shown
from tests.connections.steps import live, now
from tests.support.browser import Browser
from tests.support.time import TimeMachine

__all__ = ["mailbox", "post"]
HOUR_S = 3600
SMTP_DOWN = {"path": "/smtp/AUTH", "text": "421 4.3.0 Temporary System Problem"}
IMAP_DOWN = {"path": "/imap/AUTHENTICATE", "text": "{tag} NO [UNAVAILABLE] try again"}


async def into_trouble(runtime: Runtime, mailbox: Connection, time_machine: TimeMachine) -> None:
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 20, step=10)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.degraded_reason) == ("connected", "provider_unavailable")


async def logins_of_an_hour(runtime: Runtime, time_machine: TimeMachine, post: Post) -> dict[str, int]:
    before = len(post.logins())
    await live(runtime, time_machine, HOUR_S, step=15)
    made = post.logins()[before:]
    return {name: made.count(name) for name in ("IMAP", "SMTP")}


@pytest.mark.parametrize(
    ("fault", "params"),
    [
        ("reset", {}),
        ("status", {"code": 503}),
        ("bye", {}),
        ("garbled", {}),
        ("timeout", {"hold_s": 3, "path": "/smtp/*"}),
        ("reply", {"path": "/imap/AUTHENTICATE", "text": "{tag} NO [UNAVAILABLE] try again"}),
        ("reply", {"path": "/smtp/AUTH", "text": "421 4.3.0 Temporary System Problem"}),
    ],
)
async def test_a_broken_wire_degrades_and_recovers(
    runtime, mailbox, post: Post, time_machine: TimeMachine, fault, params
):
    post.break_(fault, **params)
    await probe(runtime, mailbox)
    await live(runtime, time_machine, 120 if fault == "timeout" else 900, step=30)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.degraded_reason) == ("connected", "provider_unavailable")
    post.mend()
    await live(runtime, time_machine, 50, step=10)
    assert (await now(runtime, mailbox)).degraded_reason is None


@pytest.mark.parametrize(("fault", "failing", "other"), [(SMTP_DOWN, "SMTP", "IMAP"), (IMAP_DOWN, "IMAP", "SMTP")])
async def test_only_the_failing_server_is_asked_often_and_the_other_as_in_good_times(
    runtime, mailbox, post: Post, time_machine: TimeMachine, fault, failing: str, other: str
):
    post.break_("reply", **fault)
    await into_trouble(runtime, mailbox, time_machine)
    made = await logins_of_an_hour(runtime, time_machine, post)
    assert 60 <= made[failing] <= 122
    assert 4 <= made[other] <= 6
    post.mend()
    await live(runtime, time_machine, 45, step=15)
    assert (await now(runtime, mailbox)).degraded_reason is None


async def test_a_password_that_the_other_server_refuses_meanwhile_is_noticed(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("reply", **SMTP_DOWN)
    await into_trouble(runtime, mailbox, time_machine)
    post.break_("change_password")
    await live(runtime, time_machine, 1500, step=15)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "credentials_rejected")


async def test_a_server_that_does_not_even_greet_is_asked_often_and_signed_in_to_never(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.shut("/smtp/GREETING")
    await into_trouble(runtime, mailbox, time_machine)
    before = post.logins()
    await live(runtime, time_machine, 480, step=15)
    assert (await now(runtime, mailbox)).degraded_reason == "provider_unavailable"
    assert post.logins() == before
    post.mend()
    await live(runtime, time_machine, 45, step=15)
    assert (await now(runtime, mailbox)).degraded_reason is None


async def test_after_a_refusal_trouble_is_no_reason_to_sign_in_more_often(
    runtime, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("change_password")
    await probe(runtime, mailbox)
    post.mend()
    post.break_("reply", **IMAP_DOWN)
    assert (await now(runtime, mailbox)).status == "verifying"
    made = await logins_of_an_hour(runtime, time_machine, post)
    assert made["IMAP"] <= 13
    assert (await now(runtime, mailbox)).status == "verifying"


async def test_a_person_cannot_sign_in_sooner_while_it_lasts(
    runtime, owner: Browser, mailbox, post: Post, time_machine: TimeMachine
):
    post.break_("bye", path="/smtp/AUTH")
    await into_trouble(runtime, mailbox, time_machine)
    name, before = await shown(owner), len(post.logins())
    for _ in range(5):
        told = (await owner.post(f"/v1/connections/{name}/test", {})).json()
    assert "next try" in told["checks"][0]["detail"]
    assert len(post.logins()) <= before + 2

"""A dead endpoint is told of by mail and in the feed: once a time of trouble, and its end once."""

from pathlib import Path

import pytest

from mailwarden.core.runtime import Runtime
from tests.accounts.steps import prove_address
from tests.alerts.support import alerts, mails
from tests.developers.webhooks.steps import change_endpoint, happen, look_at, make_endpoint, read_all, sign_in_again
from tests.fakes.receiver import Receiver
from tests.support.browser import Browser
from tests.support.jobs import drain
from tests.support.time import TimeMachine

HOUR = 3600.0


@pytest.fixture
async def mail_folder(runtime: Runtime, owner: Browser, tmp_path: Path) -> Path:
    """Of an owner whose address is proved: others get no mails of alerts."""
    await prove_address(runtime, owner)
    return tmp_path / "mail"


async def live(rt: Runtime, time_machine: TimeMachine, hours: float) -> None:
    for _ in range(round(hours * 2)):
        await time_machine.advance(HOUR / 2)
        await drain(rt)


async def test_after_a_day_of_failures_only_owners_are_told_once(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine, mail_folder: Path
) -> None:
    made = await make_endpoint(owner, receiver.url + "?key=theirs", description="Our CRM")
    receiver.always(503)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    await live(runtime, time_machine, 23)
    assert await alerts(runtime, owner.org_id) == []
    await live(runtime, time_machine, 30)
    (alert,) = await alerts(runtime, owner.org_id)
    assert alert.kind == "webhook_endpoint_failing"
    assert alert.title == f"Webhook endpoint fails: {receiver.url}"
    (mail,) = mails(mail_folder)
    text, html = (part.get_content() for part in mail.iter_parts())
    for part in (text, html):
        assert "Failing since" in part
        assert "Our CRM" in part
        assert "status 503" in part
        assert "theirs" not in part
    await sign_in_again(owner)
    shown = await look_at(owner, made)
    assert shown["health"] == "failing"
    assert shown["alerted_at"]


async def test_the_end_is_told_once_and_the_next_time_of_trouble_again(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine, mail_folder: Path
) -> None:
    await make_endpoint(owner, receiver.url)
    for _ in range(2):
        receiver.always(500)
        await happen(runtime, owner.org_id)
        await live(runtime, time_machine, 26)
        receiver.always(200)
        await live(runtime, time_machine, 26)
    kinds = [one.kind for one in await alerts(runtime, owner.org_id)]
    assert kinds == ["webhook_endpoint_failing", "webhook_endpoint_recovered"] * 2
    assert len(mails(mail_folder)) == 4
    await sign_in_again(owner)
    assert set(receiver.ids) == {one["id"] for one in await read_all(owner)}


async def test_a_short_trouble_is_no_news(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    """Something is sent in each hour in which it works: what waits for a retry may not be due in it."""
    await make_endpoint(owner, receiver.url)
    for _ in range(4):
        receiver.always(500)
        await happen(runtime, owner.org_id)
        await live(runtime, time_machine, 8)
        receiver.always(200)
        await happen(runtime, owner.org_id)
        await live(runtime, time_machine, 1)
    assert await alerts(runtime, owner.org_id) == []


async def test_gone_is_told_at_once(runtime: Runtime, owner: Browser, receiver: Receiver, mail_folder: Path) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.always(410)
    for _ in range(2):
        await happen(runtime, owner.org_id)
        await drain(runtime)
        await change_endpoint(owner, made, enabled=True)
        await drain(runtime)
    assert {one.kind for one in await alerts(runtime, owner.org_id)} == {"webhook_endpoint_disabled"}
    assert "410 Gone" in next(iter(mails(mail_folder))).as_string()


async def test_who_disabled_it_is_not_told_that_it_gets_nothing(
    runtime: Runtime, owner: Browser, receiver: Receiver, time_machine: TimeMachine
) -> None:
    made = await make_endpoint(owner, receiver.url)
    receiver.always(500)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    await change_endpoint(owner, made, enabled=False)
    await live(runtime, time_machine, 48)
    assert await alerts(runtime, owner.org_id) == []


@pytest.mark.usefixtures("mail_folder")
async def test_alerts_about_endpoints_are_shown_in_the_feed(
    runtime: Runtime, owner: Browser, receiver: Receiver
) -> None:
    await make_endpoint(owner, receiver.url)
    receiver.always(410)
    await happen(runtime, owner.org_id)
    await drain(runtime)
    (shown,) = (await owner.get("/v1/alerts", params={"kind": "webhook_endpoint_disabled"})).json()["data"]
    assert (shown["provider"], shown["connection_id"]) == (None, None)
    assert shown["mailed_to"] == [owner.me["user"]["email"]]

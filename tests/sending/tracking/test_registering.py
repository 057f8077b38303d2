"""A mail that Gmail sends itself: through the gate of sending, tracked like any other, its words not kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id, parse_id
from mailwarden.core.runtime import Billing, Runtime
from mailwarden.main import create_app
from mailwarden.sending.models import Message
from mailwarden.sending.suppression import suppress
from tests import factories
from tests.conftest import NewClient
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain
from tests.support.time import TimeMachine

HTML = (
    '<div>Hi <a href="https://a.example/?x=1&amp;y=2">one</a> <a href=" HTTPS://B.example ">two</a> '
    '<a href="mailto:x@y.example">m</a> <a href="https://a.example/?x=1&y=2">again</a>secret words</div>'
)


async def mailbox(rt: Runtime, owner: Browser, **over: Any) -> str:
    fields = {"provider": "google", "account_label": "pat@example.com", "connected_by": owner.user_id}
    row = await factories.make_connection(rt, owner.org_id, **(fields | over))
    slot = MailboxSlot(id=new_id(), org_id=owner.org_id, number=1, connection_id=row.id, settings={})
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        tx.session.add(slot)
    return f"mbx_{slot.id.hex}"


def mail(box: str, **over: Any) -> dict[str, Any]:
    to = [{"address": "jo@example.com", "name": "Jo"}]
    return {"mailbox_id": box, "to": to, "subject": "Offer", "html": HTML, **over}


async def registered(owner: Browser, box: str, **over: Any) -> dict[str, Any]:
    answer = await owner.post("/v1/messages/tracked", mail(box, **over))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path(url: str) -> str:
    return "/t/" + url.split("/t/")[1]


async def messages(rt: Runtime, owner: Browser) -> int:
    answer = await owner.get("/v1/messages")
    return len(answer.json()["data"])


async def test_the_extension_learns_what_to_put_into_the_draft(owner: Browser, runtime: Runtime) -> None:
    found = await registered(owner, await mailbox(runtime, owner))
    assert found["pixel_url"].startswith(f"{runtime.config.base_url}/t/o/")
    assert [one["url"] for one in found["links"]] == ["https://a.example/?x=1&y=2", " HTTPS://B.example "]
    assert len({one["tracked_url"] for one in found["links"]}) == 2
    shown = (await owner.get(f"/v1/messages/{found['id']}")).json()
    assert (shown["source"], shown["state"], shown["failure_code"]) == ("extension", "unknown", "not_reported")
    assert (shown["html"], shown["text"]) == ("", "")
    assert [one["address"] for one in shown["recipients"]] == ["jo@example.com"]


async def test_with_a_host_of_its_own_the_extension_is_given_that(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    rt = replace(runtime, config=replace(runtime.config, tracking_url="https://t.example"))
    transport, base = httpx.ASGITransport(create_app(rt)), runtime.config.base_url
    async with httpx.AsyncClient(
        transport=transport, base_url=base, cookies=owner.http.cookies, headers=owner.http.headers
    ) as http:
        found = await registered(Browser(http, owner.me), box)
    assert found["pixel_url"].startswith("https://t.example/t/o/")
    assert all(one["tracked_url"].startswith("https://t.example/t/c/") for one in found["links"])


async def test_it_is_tracked_once_it_is_reported(
    owner: Browser, runtime: Runtime, reader: httpx.AsyncClient, time_machine: TimeMachine
) -> None:
    found = await registered(owner, await mailbox(runtime, owner))
    early = await reader.get(path(found["pixel_url"]))
    assert early.status_code == 200
    for _ in range(2):
        answer = await owner.post(f"/v1/messages/{found['id']}/reported", {"provider_id": "18c2", "sent_at": None})
        assert (answer.status_code, answer.json()["state"]) == (200, "sent")
    await time_machine.advance(60)
    clicked = await reader.get(path(found["links"][0]["tracked_url"]))
    assert clicked.headers["location"] == "https://a.example/?x=1&y=2"
    await reader.get(path(found["pixel_url"]))
    await time_machine.advance(10)
    await drain(runtime)
    told = (await owner.get(f"/v1/messages/{found['id']}/activity")).json()
    assert (told["opens"]["human"], told["opens"]["unknown"], told["clicks"]["human"]) == (1, 1, 1)
    shown = (await owner.get(f"/v1/messages/{found['id']}")).json()
    assert shown["recipients"][0]["opened_at"] == told["opens"]["first_at"]
    assert shown["recipients"][0]["state"] == "accepted"


async def test_nobody_sends_it_once_more(owner: Browser, runtime: Runtime) -> None:
    found = await registered(owner, await mailbox(runtime, owner))
    sent = await owner.post(f"/v1/messages/{found['id']}/send", {})
    assert sent.json()["state"] == "unknown"
    assert (await owner.post(f"/v1/messages/{found['id']}/resolve", {"outcome": "send_again"})).status_code == 409
    assert (await owner.delete(f"/v1/messages/{found['id']}")).status_code == 409


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"status": "inactive", "cause": "access_revoked"}, "connection_inactive"),
        ({"status": "verifying"}, "connection_verifying"),
    ],
)
async def test_what_refuses_sending_refuses_tracking(
    owner: Browser, runtime: Runtime, over: dict[str, Any], code: str
) -> None:
    """L30."""
    box = await mailbox(runtime, owner, **over)
    answer = await owner.post("/v1/messages/tracked", mail(box))
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await messages(runtime, owner) == 0


async def test_without_any_integration_nothing_is_tracked(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        mine = (MailboxSlot.org_id == owner.org_id, MailboxSlot.id == parse_id("mbx", box))
        await tx.session.execute(update(MailboxSlot).where(*mine).values(connection_id=None))
    answer = await owner.post("/v1/messages/tracked", mail(box))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_active_integration")
    assert await messages(runtime, owner) == 0


async def test_a_mailbox_of_nobody_or_of_others_is_not_found(
    owner: Browser, runtime: Runtime, new_client: NewClient
) -> None:
    theirs = await mailbox(runtime, await sign_up(new_client(), "other@example.com", "Other"))
    for box in (theirs, f"mbx_{new_id().hex}"):
        assert (await owner.post("/v1/messages/tracked", mail(box))).status_code == 404
    assert await messages(runtime, owner) == 0


async def test_a_mail_answers_none_of_others(owner: Browser, runtime: Runtime, new_client: NewClient) -> None:
    box, other = await mailbox(runtime, owner), await sign_up(new_client(), "other@example.com", "Other")
    theirs = await registered(other, await mailbox(runtime, other))
    for message_id in (theirs["id"], f"msg_{new_id().hex}"):
        assert (await owner.post("/v1/messages/tracked", mail(box, answers_id=message_id))).status_code == 404
    mine = await registered(owner, box)
    await registered(owner, box, answers_id=mine["id"])


async def test_whoever_unsubscribed_is_not_tracked_either(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await suppress(tx, owner.org_id, "jo@example.com", "unsubscribed")
    answer = await owner.post("/v1/messages/tracked", mail(box))
    assert (answer.status_code, answer.json()["code"]) == (409, "suppressed")
    assert await messages(runtime, owner) == 0


async def test_a_mailbox_that_tracks_nothing_has_no_pixel(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    found = await registered(owner, box, track_opens=False, track_clicks=False)
    assert (found["pixel_url"], found["links"]) == (None, [])


async def test_hostile_html_is_refused_or_read_for_links_alone(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    deep = await owner.post("/v1/messages/tracked", mail(box, html="<div>" * 20_000))
    assert (deep.status_code, deep.json()["code"]) == (422, "invalid")
    found = await registered(owner, box, html='<a href="javascript:x">x</a><a href="https://e.example@f.example">y</a>')
    assert found["links"] == []


async def test_only_registered_mail_is_reported(owner: Browser, runtime: Runtime) -> None:
    draft = (await owner.post("/v1/messages", {"subject": "Mine"})).json()
    answer = await owner.post(f"/v1/messages/{draft['id']}/reported", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_tracked_mail")
    assert (await owner.post(f"/v1/messages/msg_{new_id().hex}/reported", {})).status_code == 404


async def test_a_person_may_say_that_gmail_sent_it_and_no_more(owner: Browser, runtime: Runtime) -> None:
    found = await registered(owner, await mailbox(runtime, owner))
    path = f"/v1/messages/{found['id']}/resolve"
    answer = await owner.post(path, {"outcome": "send_again"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_sent_from_here")
    answer = await owner.post(path, {"outcome": "sent"})
    assert (answer.status_code, answer.json()["state"]) == (200, "sent")
    assert [one["state"] for one in answer.json()["recipients"]] == ["accepted"]
    assert (await owner.post(path, {"outcome": "sent"})).json()["code"] == "not_unknown"


async def test_a_time_of_no_zone_is_no_time(owner: Browser, runtime: Runtime) -> None:
    found = await registered(owner, await mailbox(runtime, owner))
    answer = await owner.post(f"/v1/messages/{found['id']}/reported", {"sent_at": "2026-11-23T04:00:00"})
    assert answer.status_code == 422


async def test_a_report_from_the_future_or_the_past_is_put_right(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    now = runtime.clock.now()
    for days in (-30, 30):
        found = await registered(owner, box)
        body = {"sent_at": (now + timedelta(days=days)).isoformat()}
        await owner.post(f"/v1/messages/{found['id']}/reported", body)
        async with unit_of_work(runtime.sessions, owner.org_id) as tx:
            row = await tx.session.get_one(Message, parse_id("msg", found["id"]))
        assert row.sent_at is not None
        assert abs((row.sent_at - now).total_seconds()) < 600


async def test_who_does_not_pay_tracks_nothing(owner: Browser, runtime: Runtime) -> None:
    box = await mailbox(runtime, owner)
    billing = Billing(stripe_key="sk_test", webhook_secrets=("whsec_x",), prices={"starter": "price_1"}, trial_days=0)
    rt = replace(runtime, config=replace(runtime.config, billing=billing))
    transport = httpx.ASGITransport(create_app(rt), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        http.cookies, http.headers = owner.http.cookies, owner.http.headers
        answer = await http.post("/v1/messages/tracked", json=mail(box))
    assert (answer.status_code, answer.json()["code"]) == (402, "subscription_inactive")

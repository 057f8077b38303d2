import base64
import json
from datetime import UTC, datetime

import httpx
import pytest

from mailwarden.providers.base import ObjectGone, RateLimited, Rejected, Unavailable
from mailwarden.providers.keap import Keap
from mailwarden.providers.keap_contacts import contact_for, find_contact
from mailwarden.providers.keap_hooks import HookStatus, subscribe, subscriptions, unsubscribe, verify
from mailwarden.providers.keap_sending import Outcome, QueuedMail, find_record, send
from tests.providers.support import Calls, make_api, make_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA = {
    "id": "7", "given_name": "Ada", "family_name": None, "update_time": "2026-11-01T09:00:00.000Z",
    "email_addresses": [
        {"email": "second@acme.test", "field": "EMAIL2", "email_opt_status": "HARD_BOUNCE"},
        {"email": "Ada@acme.test", "field": "EMAIL1", "email_opt_status": "SINGLE_OPT_IN"},
    ],
}  # fmt: skip
KNOWN = httpx.Response(200, json={"contacts": [ADA], "next_page_token": ""})
NOBODY = httpx.Response(200, json={"contacts": [], "next_page_token": ""})
MADE = httpx.Response(201, json=ADA)
QUEUED = httpx.Response(202)
MAIL = QueuedMail("ada@acme.test", "Hello", html="<p>Hé</p>", from_address="us@acme.test")


def api_over(*answers: httpx.Response | Exception):
    calls = Calls(*answers)
    return make_api(make_app("keap", calls)), calls


async def test_contacts_are_read_page_by_page():
    second = httpx.Response(200, json={"contacts": [{"id": "8", "email_addresses": []}], "next_page_token": ""})
    first = httpx.Response(200, json={"contacts": [ADA], "next_page_token": "t1"})
    api, calls = api_over(first, second)
    page = await Keap().contacts(api, NOW, None)
    (ada,) = page.contacts
    assert (ada.external_id, ada.email, ada.given_name, ada.family_name) == ("7", "Ada@acme.test", "Ada", None)
    assert (ada.opt_status, ada.marketable) == ("SINGLE_OPT_IN", True)
    assert (await Keap().contacts(api, NOW, page.next_cursor)).contacts == ()
    assert calls.requests[0].url.params["filter"] == "start_update_time==2026-11-22T12:00:00.000Z"
    assert calls.requests[1].url.params["page_token"] == "t1"
    with pytest.raises(Unavailable):
        await Keap().contacts(api_over(first)[0], None, "t1")


async def test_a_known_recipient_is_found_and_an_unknown_one_made():
    api, calls = api_over(KNOWN)
    assert (await contact_for(api, "ada@ACME.test")).external_id == "7"
    assert len(calls.requests) == 1
    api, calls = api_over(NOBODY, MADE)
    assert (await contact_for(api, "ada@acme.test", "Ada")).external_id == "7"
    assert calls.requests[1].url.params["duplicate_option"] == "Email"


@pytest.mark.parametrize("address", ["*", "a*", "a@b.test;ids==1"])
async def test_an_address_is_no_search(address):
    api, calls = api_over(KNOWN)
    assert await find_contact(api, address) is None
    assert calls.requests == []


async def test_an_email_is_queued_once_to_a_contact():
    api, calls = api_over(KNOWN, QUEUED)
    sending = await send(api, MAIL)
    assert (sending.outcome, sending.contact_id) == (Outcome.QUEUED, "7")
    order = json.loads(calls.requests[1].content)
    assert (order["contacts"], order["subject"], order["from_address"]) == (["7"], "Hello", "us@acme.test")
    assert base64.b64decode(order["html_content"]).decode() == "<p>Hé</p>"
    assert "user_id" not in order
    assert "plain_content" not in order


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("silence"), httpx.RemoteProtocolError("cut"), httpx.Response(502), httpx.Response(500)]
)
async def test_an_order_that_may_have_arrived_is_not_repeated(lost):
    api, calls = api_over(KNOWN, lost)
    assert (await send(api, MAIL)).outcome is Outcome.UNKNOWN
    assert [request.url.path for request in calls.requests].count("/crm/rest/v2/emails:send") == 1


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(httpx.Response(429, json={}), RateLimited), (httpx.Response(400, json={"message": "no"}), Rejected)],
)
async def test_a_refused_order_is_certainly_not_sent(answer, failure):
    with pytest.raises(failure):
        await send(api_over(KNOWN, answer)[0], MAIL)


async def test_an_order_that_never_left_is_repeated_and_then_fails():
    api, calls = api_over(KNOWN, httpx.ConnectError("refused"))
    with pytest.raises(Unavailable) as caught:
        await send(api, MAIL)
    assert not caught.value.sent
    assert len(calls.requests) > 2


@pytest.mark.parametrize("sender", [{}, {"from_address": "a@b.test", "user_id": "1"}])
def test_a_mail_has_exactly_one_sender(sender):
    with pytest.raises(ValueError, match="exactly one"):
        QueuedMail("a@b.test", "Hello", **sender)


async def test_the_record_tells_what_became_of_an_order():
    rows = [
        {"id": "1", "subject": "Hello there", "sent_time": "2026-11-22T12:00:01Z"},
        {"id": "2", "subject": "Hello", "sent_time": "2026-11-22T12:00:02Z", "opened_time": "2026-11-22T12:10:00Z"},
    ]
    api, calls = api_over(httpx.Response(200, json={"emails": rows, "next_page_token": ""}))
    found = await find_record(api, "7", "Hello", NOW)
    assert found is not None
    assert (found.external_id, found.clicked_at) == ("2", None)
    assert found.opened_at == datetime(2026, 11, 22, 12, 10, tzinfo=UTC)
    assert await find_record(api, "7", "Other", NOW) is None
    asked = calls.requests[0].url.params["filter"]
    assert asked == "contact_id==7;start_created_time==2026-11-22T11:58:00.000Z"


async def test_hooks_are_made_listed_verified_and_deleted():
    hook = {"key": "12", "eventKey": "contact.add", "hookUrl": "https://us.test/hooks/keap/x", "status": "Unverified"}
    verified = {**hook, "status": "Verified"}
    listed = [{**hook, "status": "Inactive"}, {**hook, "status": 7}]
    api, calls = api_over(
        httpx.Response(201, json=hook), httpx.Response(200, json=listed),
        httpx.Response(200, json=verified), httpx.Response(204), httpx.Response(404, json={"message": "gone"}),
    )  # fmt: skip
    made = await subscribe(api, "contact.add", "https://us.test/hooks/keap/x")
    assert (made.key, made.status) == ("12", HookStatus.UNVERIFIED)
    assert [h.status for h in await subscriptions(api)] == [HookStatus.INACTIVE, HookStatus.UNVERIFIED]
    assert (await verify(api, "12")).status is HookStatus.VERIFIED
    await unsubscribe(api, "12")
    with pytest.raises(ObjectGone):
        await unsubscribe(api, "12")
    assert {request.url.host for request in calls.requests} == {"api.infusionsoft.com"}
    with pytest.raises(Unavailable):
        await subscriptions(api_over(httpx.Response(200, json={}))[0])

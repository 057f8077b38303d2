"""Keap against the sandbox's own truth."""

from datetime import UTC, datetime, timedelta

import pytest

from mailwarden.providers.base import AccessRevoked, Cause, Rejected, Signal, Unavailable, Window, WritingApi
from mailwarden.providers.keap import USERINFO, Keap
from mailwarden.providers.keap_contacts import contact_for
from mailwarden.providers.keap_hooks import HookStatus, subscribe, subscriptions, unsubscribe
from mailwarden.providers.keap_sending import Outcome, QueuedMail, find_record, send
from tests.providers.over_sockets.linked import Linked, read_all
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.parametrize("name", ["keap"])
SUBJECT = "Hello from us"


def mail(to: str = "ada@example.org") -> QueuedMail:
    return QueuedMail(to, SUBJECT, html="<p>Hello</p>", user_id="900001", given_name="Ada")


def sends(sandbox: Sandbox, linked: Linked) -> int:
    return sum(
        one["path"].endswith("emails:send") for one in sandbox.new_requests() if one["account"] == linked.account
    )


async def test_the_tenant_and_the_only_scope(linked):
    account = await Keap().identify(linked.api)
    described = await Keap().describe(linked.api, account)
    assert account.external_id == described.external_id == linked.account
    assert described.time_zone
    assert linked.scopes == {"full"}


@pytest.mark.parametrize("days", [30, 90, None])
async def test_campaigns_and_derived_figures_equal_the_truth(sandbox, linked, days):
    """A window that begins within a day holds that day whole, so the truth is asked for the whole day, too."""
    now = datetime.now(UTC)
    window = Window(now - timedelta(days=days) if days else None, now)
    campaigns, figures = await read_all(linked, window)
    start = window.sent_from and window.sent_from.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"sent_from": start.isoformat()} if start else {}
    truth = sandbox.truth("keap", linked.account, campaigns="true", **asked)
    told = {
        c["name"]: (datetime.fromisoformat(c["sent_at"]), c["sent"], c["opened"], c["clicked"])
        for c in truth["campaign_list"]
    }
    assert len(told) == len(truth["campaign_list"]) > 0
    found = {c.name: (c.sent_at, f.sent, f.opened, f.clicked) for key, c in campaigns.items() for f in [figures[key]]}
    assert found == told
    assert all(f.derived and f.delivered is None and f.bounced is None for f in figures.values())


async def test_each_refresh_token_serves_once(sandbox, linked):
    first = linked.tokens.grant.refresh_token
    await linked.refresh()
    assert linked.tokens.grant.refresh_token != first
    with pytest.raises(AccessRevoked) as caught:
        await linked.oauth.refresh(first)
    assert (caught.value.cause, caught.value.evidence.signal) == (Cause.ACCESS_REVOKED, Signal.REFRESH_REFUSED)
    assert sandbox.grant_alive("keap", linked.account)


@pytest.mark.parametrize("variant", ["documented", "invalid_request"])
async def test_a_dead_grant_in_both_wordings_while_the_access_token_lives(sandbox, linked, variant):
    sandbox.fault("keap", linked.account, "revoke", variant=variant)
    with pytest.raises(AccessRevoked):
        await linked.refresh()
    await Keap().identify(linked.api)


async def test_the_gateway_refuses_a_dead_access_token(sandbox, linked):
    sandbox.fault("keap", linked.account, "revoke", access_survives=False)
    with pytest.raises(AccessRevoked):
        await linked.api.get(USERINFO)


async def test_a_recipient_becomes_a_contact_and_gets_one_email(sandbox, linked):
    api: WritingApi = linked.api
    sandbox.new_requests()
    before = datetime.now(UTC)
    sending = await send(api, mail())
    assert sending.outcome is Outcome.QUEUED
    assert await find_record(api, sending.contact_id, SUBJECT, before) is None
    sandbox.advance(5)
    found = await find_record(api, sending.contact_id, SUBJECT, before)
    assert found is not None
    again = await send(api, mail("ADA@example.org"))
    assert again.contact_id == sending.contact_id
    assert sends(sandbox, linked) == 2
    people = await Keap().contacts(api, before - timedelta(seconds=5), None)
    assert [(p.email, p.given_name) for p in people.contacts] == [("ada@example.org", "Ada")]


@pytest.mark.parametrize("processed", [True, False])
async def test_a_lost_answer_is_looked_up_and_never_repeated(sandbox, linked, processed):
    contact = await contact_for(linked.api, "bo@example.org")
    sandbox.new_requests()
    before = datetime.now(UTC)
    fault = {"path": "*/emails:send", "scope": "api", "processed": processed}
    sandbox.fault("keap", linked.account, "reset", **fault)
    sending = await send(linked.api, mail("bo@example.org"))
    assert (sending.outcome, sending.contact_id) == (Outcome.UNKNOWN, contact.external_id)
    assert sends(sandbox, linked) == 1
    sandbox.lift("keap", linked.account)
    sandbox.advance(5)
    found = await find_record(linked.api, contact.external_id, SUBJECT, before)
    assert (found is not None) == processed


async def test_a_wrong_order_is_ours(linked):
    with pytest.raises(Rejected):
        await send(linked.api, QueuedMail("ada@example.org", SUBJECT, from_address="us@elsewhere.test"))


async def test_hooks_without_a_receiver_stay_unverified(linked):
    made = await subscribe(linked.api, "contact.add", "http://127.0.0.1:9/hooks/keap/x")
    assert made.status is HookStatus.UNVERIFIED
    assert [h.key for h in await subscriptions(linked.api)] == [made.key]
    await unsubscribe(linked.api, made.key)
    assert await subscriptions(linked.api) == []


async def test_garbled_records_are_the_providers_trouble(sandbox, linked):
    sandbox.fault("keap", linked.account, "garbled", path="*/emails")
    now = datetime.now(UTC)
    with pytest.raises(Unavailable):
        await Keap().page(linked.api, Window(now - timedelta(days=30), now), "sent", None)

"""A subscription through its life, against the sandbox's Stripe and the official library."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from mailwarden.accounts.models import Membership
from mailwarden.billing import gateway
from mailwarden.billing.gateway import StripeTrouble
from mailwarden.billing.jobs import ask
from mailwarden.billing.refunds import give_back
from mailwarden.billing.store import bring_up_to_date
from mailwarden.core.db import unit_of_work
from tests.billing.steps import Desk

DAY, MONTH = timedelta(days=1), timedelta(days=30)
KEY = {"Authorization": "Bearer sk_test_key"}


async def test_buying_gives_the_rights_at_once(desk: Desk) -> None:
    """By full-page redirect, and without waiting for a webhook."""
    paid = await desk.pay("starter")
    assert (paid.status_code, paid.headers["location"]) == (
        303,
        "http://127.0.0.1:8000/settings/billing?checkout=done",
    )
    told = await desk.do("refresh")
    assert (told["standing"]["status"], told["plan"], told["limits"]["members"]) == ("active", "starter", 2)
    assert set(told["actions"]) == {"portal", "change_plan", "cancel", "refund"}
    [invoice] = (await desk.owner.get("/v1/billing/invoices")).json()["data"]
    assert (invoice["status"], invoice["amount_paid"], invoice["currency"]) == ("paid", 1900, "usd")
    assert invoice["id"].startswith("bill_")
    assert invoice["pdf_url"].startswith("https://")


async def test_buying_after_the_trial_makes_everything_work_again(desk: Desk) -> None:
    await desk.look()
    await desk.pass_time(15 * DAY)
    assert await desk.state() == ("inactive", "trial_over")
    assert (await desk.buy())["standing"]["may_work"]
    events = (await desk.owner.get("/v1/events", params={"limit": 100})).json()["data"]
    told = [one["type"] for one in events if one["type"].startswith("subscription.")]
    assert told == ["subscription.inactive", "subscription.reactivated"]


async def test_the_webhook_alone_is_enough(desk: Desk) -> None:
    await desk.pay()
    await desk.deliver()
    await desk.work()
    assert await desk.state() == ("active", None)


async def test_a_declined_card_buys_nothing(desk: Desk) -> None:
    assert (await desk.pay(card="declined")).status_code == 402
    assert (await desk.do("refresh"))["standing"]["status"] == "trialing"


async def test_nobody_pays_twice(desk: Desk) -> None:
    first = (await desk.do("checkout", {"plan": "team"}))["url"]
    await desk.buy("team")
    assert (await desk.rt.http.get(first, params={"_sandbox_card": "ok"})).status_code == 404
    assert (await desk.do("checkout", {"plan": "team"}, 409))["code"] == "already_subscribed"


async def test_an_upgrade_acts_at_once_and_a_declined_one_changes_nothing(desk: Desk) -> None:
    await desk.buy("starter")
    await desk.card(declined=True)
    refused = await desk.do("change-plan", {"plan": "business"}, 402)
    assert refused["code"] == "payment_declined"
    assert (await desk.do("refresh"))["plan"] == "starter"
    await desk.card(declined=False)
    told = await desk.do("change-plan", {"plan": "business"})
    assert (told["plan"], told["limits"]["members"]) == ("business", None)
    amounts = [one["amount_paid"] for one in (await desk.owner.get("/v1/billing/invoices")).json()["data"]]
    assert sorted(amounts) == [1900, 18000]


async def test_cancelled_lasts_until_the_end_and_can_be_taken_back(desk: Desk) -> None:
    bought = await desk.buy()
    told = await desk.do("cancel")
    assert (told["standing"]["status"], told["standing"]["until"]) == ("canceling", bought["period_ends_at"])
    assert "resume" in told["actions"]
    assert (await desk.do("resume"))["standing"]["status"] == "active"
    await desk.do("cancel")
    await desk.pass_time(MONTH - timedelta(hours=1))
    assert await desk.state() == ("canceling", None)
    await desk.pass_time(timedelta(hours=1))
    assert await desk.state() == ("inactive", "cancelled")
    assert desk.subjects().count("The subscription of “Acme” was cancelled") == 1


async def test_a_renewal_goes_by_itself(desk: Desk) -> None:
    first = await desk.buy()
    await desk.pass_time(MONTH + timedelta(hours=1))
    later = await desk.billing()
    assert later["standing"]["status"] == "active"
    assert later["period_ends_at"] > first["period_ends_at"]
    assert len((await desk.owner.get("/v1/billing/invoices")).json()["data"]) == 2


async def test_a_failed_renewal_is_told_tried_again_and_in_the_end_final(desk: Desk) -> None:
    await desk.buy()
    await desk.card(declined=True)
    await desk.pass_time(MONTH)
    told = await desk.billing()
    assert told["standing"]["status"] == "past_due"
    assert told["standing"]["may_work"]
    assert told["failed_payment"]["tries"] == 1
    for days in (3, 5, 7):
        assert await desk.state() == ("past_due", None)
        await desk.pass_time(days * DAY)
    assert await desk.state() == ("inactive", "payment_failed")
    assert desk.subjects().count("A payment of “Acme” failed") == 3
    await desk.card(declined=False)
    assert (await desk.buy())["standing"]["status"] == "active"


async def test_a_card_that_works_again_ends_the_dunning(desk: Desk) -> None:
    await desk.buy()
    await desk.card(declined=True)
    await desk.pass_time(MONTH)
    await desk.card(declined=False)
    await desk.pass_time(3 * DAY)
    assert await desk.state() == ("active", None)
    assert (await desk.billing())["failed_payment"] is None


async def test_a_refund_is_asked_for_within_the_window_and_ends_the_subscription(desk: Desk) -> None:
    await desk.look()
    await desk.pass_time(15 * DAY)
    await desk.buy()
    told = (await desk.owner.get("/v1/billing/refund")).json()
    assert told["eligible"]
    assert "59.00 USD" in told["request"]["description"]
    left = datetime.fromisoformat(told["until"]) - desk.rt.clock.now() - timedelta(seconds=20)
    await desk.pass_time(left)
    assert (await desk.owner.get("/v1/billing/refund")).json()["eligible"]
    [given] = await give_back(desk.rt, desk.owner.org_id)
    assert given.amount_paid == 5900
    assert await desk.state() == ("inactive", "cancelled")
    told = (await desk.owner.get("/v1/billing/refund")).json()
    assert (told["eligible"], told["detail"]) == (False, "The latest payment was given back already.")


async def test_a_refund_holds_what_a_dearer_plan_cost_on_top(desk: Desk) -> None:
    await desk.buy("starter")
    await desk.do("change-plan", {"plan": "team"})
    told = (await desk.owner.get("/v1/billing/refund")).json()
    assert (told["amount"], told["detail"][:28]) == (5900, "You can have the 2 payments ")
    assert told["request"]["description"].count("invoice") == 2
    given = await give_back(desk.rt, desk.owner.org_id)
    assert sorted(one.amount_paid for one in given) == [1900, 4000]
    invoices = (await desk.owner.get("/v1/billing/invoices")).json()["data"]
    assert all(one["amount_refunded"] == one["amount_paid"] for one in invoices)


@pytest.mark.parametrize("path", ["/v1/subscriptions/*", "/v1/refunds"])
async def test_a_refund_that_was_stopped_goes_on_where_it_was(desk: Desk, path: str) -> None:
    await desk.buy("starter")
    await desk.do("change-plan", {"plan": "team"})
    await desk.fault("status", code=500, path=path)
    with pytest.raises(StripeTrouble):
        await give_back(desk.rt, desk.owner.org_id)
    await desk.mend()
    assert len(await give_back(desk.rt, desk.owner.org_id)) == 2
    assert [one["status"] for one in desk.subscriptions] == ["canceled"]
    invoices = (await desk.owner.get("/v1/billing/invoices")).json()["data"]
    assert all(one["amount_refunded"] == one["amount_paid"] for one in invoices)


async def test_what_was_done_at_stripe_by_hand_counts_as_done(desk: Desk) -> None:
    await desk.buy()
    [charge], [subscription] = desk.charges, desk.subscriptions
    await desk.stripe("POST", "/stripe/v1/refunds", data={"payment_intent": charge["payment_intent"]}, headers=KEY)
    await desk.stripe("DELETE", f"/stripe/v1/subscriptions/{subscription['id']}", headers=KEY)
    assert len(await give_back(desk.rt, desk.owner.org_id)) == 1
    assert charge["amount_refunded"] == charge["amount"] == 5900
    assert [one["status"] for one in desk.subscriptions] == ["canceled"]


async def test_after_the_window_there_is_no_refund(desk: Desk) -> None:
    await desk.buy()
    await desk.pass_time(14 * DAY + timedelta(minutes=1))
    told = (await desk.owner.get("/v1/billing/refund")).json()
    assert (told["eligible"], told["request"]) == (False, None)


async def test_trouble_at_stripe_is_told_as_such_and_changes_nothing(desk: Desk) -> None:
    await desk.buy()
    await desk.fault("status", code=500)
    refused = await desk.do("cancel", status=503)
    assert refused["code"] == "billing_unavailable"
    assert await desk.state() == ("active", None)
    await desk.mend()
    assert (await desk.do("cancel"))["standing"]["status"] == "canceling"


async def test_an_answer_that_was_asked_for_earlier_never_overwrites_a_later_one(desk: Desk) -> None:
    await desk.buy()
    old = await ask(desk.rt, desk.owner.org_id)
    await desk.do("cancel")
    async with unit_of_work(desk.rt.sessions, desk.owner.org_id) as tx:
        await bring_up_to_date(desk.rt, tx, desk.owner.org_id, old)
    assert await desk.state() == ("canceling", None)


def test_of_several_subscriptions_the_living_one_counts() -> None:
    def bought(key: str, status: str) -> gateway.Bought:
        return gateway.Bought(key, "si", "price", status, None, None, None, payment_failed=False)

    found = [bought("new", "incomplete"), bought("live", "past_due"), bought("old", "canceled")]
    assert gateway.best(found) == found[1]
    assert gateway.best([]) is None


@pytest.mark.parametrize("plan", ["nonsense", "team; drop"])
async def test_plans_that_are_not_sold_cannot_be_bought(desk: Desk, plan: str) -> None:
    answer = await desk.owner.post("/v1/billing/checkout", {"plan": plan})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/plan")


async def test_what_owners_do_is_in_the_audit_log(desk: Desk) -> None:
    await desk.buy("starter")
    await desk.do("change-plan", {"plan": "team"})
    await desk.do("cancel")
    await desk.do("resume")
    rows = (await desk.owner.get("/v1/audit-log")).json()["data"]
    done = [one["action"] for one in rows if one["action"].startswith("billing.")]
    assert done[::-1] == ["billing.checkout_opened", "billing.plan_changed", "billing.cancelled", "billing.resumed"]


async def test_managers_look_and_owners_pay(desk: Desk) -> None:
    await desk.buy()
    for role, looks in (("manager", 200), ("member", 403)):
        async with unit_of_work(desk.rt.sessions, desk.owner.org_id) as tx:
            mine = update(Membership).where(Membership.org_id == desk.owner.org_id)
            await tx.session.execute(mine.values(role=role))
        for path in ("", "/plans", "/invoices", "/refund"):
            assert (await desk.owner.get(f"/v1/billing{path}")).status_code == looks, (role, path)
        assert (await desk.owner.get("/v1/billing/standing")).status_code == 200
        if looks == 200:
            assert (await desk.billing())["actions"] == []
        for action in ("checkout", "change-plan", "cancel", "resume", "portal", "refresh"):
            body = {"plan": "team"} if action in ("checkout", "change-plan") else None
            refused = await desk.owner.post(f"/v1/billing/{action}", body)
            assert (refused.status_code, refused.json()["code"]) == (403, "role_required")


async def test_whoever_has_paid_without_our_hearing_of_it_cannot_pay_again(desk: Desk) -> None:
    await desk.fault("drop_webhooks")
    await desk.pay()
    assert (await desk.do("checkout", {"plan": "team"}, 409))["code"] == "already_subscribed"
    assert await desk.state() == ("active", None)


async def test_an_end_that_stripe_does_not_date_begins_when_it_is_seen(desk: Desk) -> None:
    """`unpaid` has no end at Stripe; thirty days of kept authorizations are counted from when we saw it."""
    await desk.look()
    await desk.pass_time(20 * DAY)
    await desk.buy()
    [subscription] = desk.subscriptions
    subscription["status"] = "unpaid"
    seen = await desk.do("refresh")
    assert (seen["standing"]["status"], seen["standing"]["reason"]) == ("inactive", "payment_failed")
    since = seen["standing"]["since"]
    assert abs(datetime.fromisoformat(since) - desk.rt.clock.now()) < timedelta(minutes=1)
    await desk.pass_time(DAY)
    assert (await desk.billing())["standing"]["since"] == since


async def test_silence_of_stripe_is_told_as_trouble(desk: Desk) -> None:
    await desk.buy()
    config = desk.rt.config
    hasty = replace(desk.rt, config=replace(config, billing=replace(config.billing, deadline_s=0.2)))
    await desk.fault("timeout", hold_s=5)
    with pytest.raises(StripeTrouble) as told:
        await gateway.open_portal(hasty, desk.customer["id"], "https://mail.example/settings/billing")
    assert (told.value.status, told.value.code) == (503, "billing_unavailable")

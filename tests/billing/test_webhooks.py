"""Events that are forged, lost, doubled or late: nothing but the truth is ever stored, and it is stored in the end."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailwarden.billing.jobs import LOOK_EVERY
from mailwarden.billing.models import BillingEvent
from mailwarden.core.db import reader
from mailwarden_sandbox.stripe.events import signed
from tests.billing.conftest import SECRET
from tests.billing.steps import Desk


async def stored(desk: Desk) -> list[BillingEvent]:
    async with reader(desk.rt.sessions, desk.owner.org_id) as tx:
        return list(await tx.session.scalars(select(BillingEvent).order_by(BillingEvent.occurred_at)))


def event(desk: Desk, **over: Any) -> bytes:
    body = {
        "id": "evt_1",
        "type": "customer.subscription.updated",
        "created": round(desk.rt.clock.timestamp()),
        "data": {"object": {"object": "subscription", "id": "sub_1", "customer": desk.customer["id"]}},
    }
    return json.dumps(body | over).encode()


async def post(desk: Desk, body: bytes, headers: dict[str, str]) -> int:
    return (await desk.owner.http.post("/hooks/stripe", content=body, headers=headers)).status_code


async def test_what_came_is_handled_and_noted_once(desk: Desk) -> None:
    await desk.pay()
    await desk.deliver()
    body = event(desk)
    for _ in range(3):
        assert await post(desk, body, signed(body, SECRET, desk.rt.clock.timestamp())) == 200
    await desk.work()
    rows = await stored(desk)
    assert [one.stripe_id for one in rows].count("evt_1") == 1
    assert all(one.handled_at is not None for one in rows)


async def test_forgeries_are_refused(desk: Desk) -> None:
    await desk.pay()
    await desk.deliver()
    before, body, now = len(await stored(desk)), event(desk, id="evt_forged"), desk.rt.clock.timestamp()
    good = signed(body, SECRET, now)
    for headers in (
        {},
        {"stripe-signature": "nonsense"},
        {"stripe-signature": "t=1"},
        signed(body, "whsec_other", now),
        signed(body, SECRET, now - 301),
        signed(body, SECRET, now + 301),
        good | {"stripe-signature": good["stripe-signature"].replace("v1=", "v0=")},
    ):
        assert await post(desk, body, headers) == 400, headers
    assert await post(desk, body + b" ", good) == 400
    assert await post(desk, b"\xff", good) == 400
    assert await post(desk, b"x" * (1 << 20) + b"x", good) == 413
    assert len(await stored(desk)) == before


async def test_events_about_customers_of_others_are_taken_and_forgotten(desk: Desk) -> None:
    await desk.pay()
    body = event(desk, data={"object": {"object": "subscription", "id": "sub_1", "customer": "cus_other"}})
    assert await post(desk, body, signed(body, SECRET, desk.rt.clock.timestamp())) == 200
    assert "evt_1" not in [one.stripe_id for one in await stored(desk)]


@pytest.mark.parametrize("fault", ["drop_webhooks", "duplicate_webhooks", "reorder_webhooks", "forge_webhooks"])
async def test_whatever_happens_to_webhooks_the_state_becomes_true(desk: Desk, fault: str) -> None:
    await desk.fault(fault)
    await desk.pay()
    await desk.deliver()
    await desk.work()
    await desk.mend()
    await desk.pass_time(LOOK_EVERY + timedelta(minutes=1))
    assert await desk.state() == ("active", None)
    assert (await desk.billing())["plan"] == "team"


async def test_a_late_event_does_not_bring_back_what_was(desk: Desk) -> None:
    """Its snapshot says active; Stripe itself says otherwise."""
    await desk.buy()
    [subscription] = desk.subscriptions
    body = event(desk, id="evt_late", data={"object": dict(subscription)})
    await desk.stripe(
        "DELETE", f"/stripe/v1/subscriptions/{subscription['id']}", headers={"authorization": "Bearer sk_test_key"}
    )
    await desk.pass_time(timedelta(days=14))
    assert await post(desk, body, signed(body, SECRET, desk.rt.clock.timestamp())) == 200
    await desk.work()
    assert await desk.state() == ("inactive", "cancelled")

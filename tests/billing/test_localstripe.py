"""The same gateway against localstripe, a stand-in for Stripe by others: what both agree on is not our invention.

It is GPL: a process of its own in an environment of its own, never imported. docs/billing.md lists what differs.
"""

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request

from mailwarden.billing import gateway
from mailwarden.billing.hook import is_signed
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from scripts.sdk_envs import EnvironmentFailed, environment
from tests.billing.conftest import BILLING, SECRET
from tests.support.listening import address_of, free_socket, listening

KEY = "sk_test_key"
CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2031", "card[cvc]": "123"}
DECLINED = CARD | {"card[number]": "4000000000000341"}  # can be kept, and is declined when it is charged


@pytest.fixture(scope="session")
def localstripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        python = environment("localstripe-1")
    except EnvironmentFailed as failure:
        pytest.skip(f"NOT TESTED: localstripe could not be installed: {failure}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("localstripe")
    with (folder / "log").open("ab") as log:
        command = [str(python), "-m", "localstripe", "--port", str(port), "--from-scratch"]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


class OlderFields(httpx.AsyncHTTPTransport):
    """It knows no payments at invoices, so they cannot be asked for; it names the one payment intent instead."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "expand[0]" in request.url.params:
            request.url = request.url.copy_remove_param("expand[0]")
        return await super().handle_async_request(request)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("localstripe did not start")


@pytest_asyncio.fixture(loop_scope="session")
async def rt(runtime: Runtime, localstripe: str) -> AsyncIterator[Runtime]:
    billing = replace(BILLING, api_base=localstripe)
    async with httpx.AsyncClient(timeout=20, transport=OlderFields()) as http:
        yield replace(runtime, http=http, config=replace(runtime.config, billing=billing))


async def ask(rt: Runtime, path: str, **form: Any) -> dict[str, Any]:
    """What Checkout does at Stripe, by the plain API: localstripe has no Checkout."""
    url = f"{rt.config.billing.api_base}{path}"
    answer = await rt.http.post(url, data=form, auth=(KEY, ""))
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def make_customer(rt: Runtime, card: dict[str, str]) -> str:
    customer = await gateway.make_customer(rt, new_id(), "owner@example.com", "Acme")
    token = await ask(rt, "/v1/tokens", **card)
    await ask(rt, f"/v1/customers/{customer}/sources", source=token["id"])
    return customer


async def subscribe(rt: Runtime, customer: str) -> dict[str, Any]:
    """Its plans are what Stripe's prices have replaced."""
    name = "price_team"
    there = await rt.http.get(f"{rt.config.billing.api_base}/v1/plans/{name}", auth=(KEY, ""))
    if there.status_code == 404:
        plan = {"id": name, "amount": "5900", "currency": "usd", "interval": "month", "product[name]": "Team"}
        await ask(rt, "/v1/plans", **plan)
    return await ask(rt, "/v1/subscriptions", customer=customer, **{"items[0][plan]": name})


async def test_a_subscription_is_read_as_it_is(rt: Runtime) -> None:
    customer = await make_customer(rt, CARD)
    assert (await gateway.fetch(rt, customer)).subscription is None
    made = await subscribe(rt, customer)
    found = await gateway.fetch(rt, customer)
    assert found.subscription is not None
    assert (found.subscription.id, found.subscription.status) == (made["id"], "active")
    assert found.subscription.price == "price_team"
    assert found.subscription.period_ends_at is not None
    assert round(found.subscription.period_ends_at.timestamp()) == made["current_period_end"]
    [invoice] = found.invoices
    assert (invoice.status, invoice.amount_paid, invoice.currency) == ("paid", 5900, "usd")
    assert invoice.payment_intent is not None


async def test_cancelling_at_the_end_of_the_period_and_resuming(rt: Runtime) -> None:
    customer = await make_customer(rt, CARD)
    made = await subscribe(rt, customer)
    await gateway.set_cancel(rt, made["id"], cancel=True)
    found = (await gateway.fetch(rt, customer)).subscription
    assert found is not None
    assert found.cancel_at == found.period_ends_at
    await gateway.set_cancel(rt, made["id"], cancel=False)
    found = (await gateway.fetch(rt, customer)).subscription
    assert found is not None
    assert found.cancel_at is None


async def test_a_refund_is_seen_at_the_invoice_and_the_end_at_the_subscription(rt: Runtime) -> None:
    customer = await make_customer(rt, CARD)
    made = await subscribe(rt, customer)
    [invoice] = (await gateway.fetch(rt, customer)).invoices
    await gateway.refund(rt, invoice.payment_intent or "")
    await gateway.cancel_now(rt, made["id"])
    found = await gateway.fetch(rt, customer)
    assert found.invoices[0].amount_refunded == 5900
    assert found.subscription is not None
    assert found.subscription.status == "canceled"


async def test_a_declined_card_leaves_an_incomplete_subscription(rt: Runtime) -> None:
    customer = await make_customer(rt, DECLINED)
    await subscribe(rt, customer)
    found = await gateway.fetch(rt, customer)
    assert found.subscription is not None
    assert found.subscription.status == "incomplete"
    assert found.invoices[0].status == "open"


async def test_its_signed_events_are_accepted_and_edited_ones_are_not(rt: Runtime) -> None:
    app, came = FastAPI(), list[tuple[bytes, str | None]]()

    @app.post("/hooks/stripe")
    async def take(request: Request) -> None:
        came.append((await request.body(), request.headers.get("stripe-signature")))

    with free_socket() as listener:
        async with listening(app, listener):
            url = f"{rt.config.billing.api_base}/_config/webhooks/ours"
            told = {"url": f"{address_of(listener)}/hooks/stripe", "secret": SECRET}
            assert (await rt.http.post(url, data=told, auth=(KEY, ""))).is_success
            await subscribe(rt, await make_customer(rt, CARD))
            deadline = time.monotonic() + 10
            while len(came) < 3 and time.monotonic() < deadline:  # noqa: ASYNC110 - it tells in no other way
                await asyncio.sleep(0.05)
    assert len(came) >= 3
    for body, header in came:
        assert is_signed(rt, body, header)
        assert not is_signed(rt, body + b" ", header)

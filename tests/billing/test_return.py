"""Coming back, with real authorizations of a provider: integrations work again by themselves, or say what they need."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.billing.steps import Desk

DAY = timedelta(days=1)
HUBSPOT = "48000001"


async def authorize(desk: Desk) -> str:
    """The public id of a HubSpot connection, made by the consent page."""
    client = {"provider": "hubspot", "client_id": "our-client", "client_secret": "our-secret"}
    await desk.stripe("POST", "/_sandbox/clients", json=client)
    await desk.stripe(
        "POST", "/_sandbox/accounts", json={"provider": "hubspot", "external_id": HUBSPOT, "campaigns": 3}
    )
    started = await desk.owner.post("/v1/integrations/hubspot/connect", {})
    answer = {"_sandbox_auto": "allow", "_sandbox_account": HUBSPOT}
    url = started.json()["authorize_url"]
    consent = await desk.rt.http.get(url + "&" + "&".join(f"{name}={value}" for name, value in answer.items()))
    back = urlsplit(consent.headers["location"])
    done = await desk.owner.get(f"{back.path}?{back.query}")
    assert "connected=conn_" in done.headers["location"], done.headers["location"]
    return done.headers["location"].partition("connected=")[2].partition("&")[0]


async def connection(desk: Desk, key: str) -> dict[str, Any]:
    told: dict[str, Any] = (await desk.owner.get(f"/v1/connections/{key}")).json()
    return told


async def retested(desk: Desk) -> dict[str, Any]:
    told = (await desk.owner.get("/v1/integrations/retests")).json()
    assert told["finished"]
    [one] = told["data"]
    found: dict[str, Any] = one
    return found


@pytest.mark.timeout(120)
async def test_whoever_comes_back_within_thirty_days_finds_everything_working(desk: Desk) -> None:
    await desk.look()
    key = await authorize(desk)
    await desk.work()
    await desk.pass_time(14 * DAY)
    for _ in range(3):
        await desk.pass_time(DAY)
    assert (await connection(desk, key))["status"] == "connected"
    await desk.buy()
    await desk.work()
    one = await retested(desk)
    assert (one["connection_id"], one["ok"], one["detail"]) == (key, True, "It works.")
    assert (await desk.owner.post(f"/v1/connections/{key}/syncs")).status_code == 202


@pytest.mark.timeout(120)
async def test_after_thirty_days_it_is_marked_and_a_test_on_return_decides(desk: Desk) -> None:
    """What the provider still takes works again without anybody's doing; the rest is to be reconnected."""
    await desk.look()
    key = await authorize(desk)
    await desk.work()
    await desk.pass_time(14 * DAY)
    await desk.pass_time(30 * DAY + timedelta(minutes=1))
    before = await connection(desk, key)
    assert (before["status"], before["card"]["cause"]) == ("inactive", "token_expired")
    await desk.pass_time(DAY)  # no probe brings it back while nobody pays
    assert (await connection(desk, key))["status"] == "inactive"
    await desk.buy()
    await desk.work()
    assert (await retested(desk))["ok"]
    assert (await connection(desk, key))["status"] == "connected"


@pytest.mark.timeout(120)
async def test_what_the_provider_ended_meanwhile_is_shown_as_that(desk: Desk) -> None:
    await desk.look()
    key = await authorize(desk)
    await desk.work()
    await desk.pass_time(44 * DAY + timedelta(minutes=1))
    await desk.stripe("POST", f"/_sandbox/accounts/hubspot/{HUBSPOT}/faults", json={"kind": "revoke"})
    await desk.buy()
    await desk.work()
    assert not (await retested(desk))["ok"]
    assert (await connection(desk, key))["status"] == "inactive"

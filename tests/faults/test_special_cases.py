"""Faults that are not one account's: our own settings, an authorization that died of age, everybody at once."""

import asyncio

import pytest

from mailwarden.connections import verify
from mailwarden.connections.rules import Confirmation, Doubt
from mailwarden.providers.base import Cause
from tests.faults.incident import play_incident
from tests.faults.play import play_soft, settle, stage
from tests.faults.rows import Soft
from tests.faults.test_fault_matrix import check
from tests.support.world import World

pytestmark = pytest.mark.timeout(300)
DAY_S = 86_400
STATUS = "SELECT status, cause FROM connections WHERE id = $1"


async def test_many_alike_are_an_incident_and_nobody_flips(world: World) -> None:
    check([await play_incident(world, "klaviyo")])


async def test_a_wrong_secret_is_told_to_the_operator_and_touches_no_connection(world: World) -> None:
    link = (await stage(world, "klaviyo", [Soft("invalid_client", None)]))[0]
    ours = world.runtime.config.providers["klaviyo"]
    await asyncio.to_thread(world.sandbox.register_client, "klaviyo", "another secret", ours.client_id)
    await world.run_for(900)
    told = (await link.browser.get("/v1/status")).json()
    assert [one["provider"] for one in told["misconfigurations"]] == ["klaviyo"]
    assert (await world.admin.fetchrow(STATUS, link.id))["status"] == "connected"

    await asyncio.to_thread(world.sandbox.register_client, "klaviyo", ours.client_secret, ours.client_id)
    await world.run_for(180)
    assert (await link.browser.get("/v1/status")).json()["misconfigurations"] == []
    assert (await world.admin.fetchrow(STATUS, link.id))["status"] == "connected"


async def test_an_authorization_that_nobody_used_for_ninety_days_has_expired(world: World) -> None:
    """While no worker ran: the forecast proves what the provider's answer does not say."""
    link = (await stage(world, "klaviyo", [Soft("expire_refresh", None)]))[0]
    await settle(world)
    await world.advance(91 * DAY_S)
    await world.run_for(900, finest=5)
    assert tuple(await world.admin.fetchrow(STATUS, link.id)) == ("inactive", "token_expired")


async def test_the_oracle_notices_a_naive_verdict(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: where one refusal is enough, the same fault must be seen to break healthy connections."""

    def naive(doubt: Doubt, _policy: Confirmation, _now: object) -> Cause | None:
        return Cause(doubt.open[0].cause) if doubt.open else None

    monkeypatch.setattr(verify, "verdict", naive)
    rows = [Soft("random_invalid_grant", None, {"rate": 0.8})] * 4
    pairs = list(zip(await stage(world, "klaviyo", rows), rows, strict=True))
    await settle(world)
    findings = await play_soft(world, pairs, at_once=4)
    assert any(one.false_inactive for one in findings)
    assert not all(one.ok for one in findings)

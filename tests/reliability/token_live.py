"""Rows T1, T2, T7-T10 and T14: grants of the whole product while the token endpoint misbehaves."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mailwarden.connections import credentials, incidents, refresh, verify
from mailwarden.connections.models import Credential
from mailwarden.connections.rules import Confirmation, Doubt
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id
from mailwarden.providers import oauth
from mailwarden.providers.base import AccessRevoked, Cause, Signal
from tests.reliability.live import connected, ever_inactive, lift, living, states, strike
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import Linked, World

MINUTE_S, HOUR_S = 60, 3600
NOTICES = """
SELECT connection_id, count(*) AS n FROM alerts WHERE connection_id = ANY($1) AND kind LIKE 'integration_%' GROUP BY 1
"""
BLIND = "SELECT count(*) FROM transitions WHERE connection_id = ANY($1) AND to_status = 'verifying'"


def hasty(doubt: Doubt, _policy: Confirmation, _now: object) -> Cause | None:
    """The broken variant of the verdict: one refusal is enough."""
    return Cause(doubt.open[0].cause) if doubt.open else None


def gullible(spec: Any, call: Any, answer: Any) -> Exception:
    """The broken variant of the classifier: every failure at the token endpoint is a dead grant."""
    said = call.evidence("refused", status=answer.status, signal=Signal.REFRESH_REFUSED)
    return AccessRevoked(said, Cause.ACCESS_REVOKED)


def never(*_: Any) -> None:
    """The broken variant that cannot make up its mind."""


async def _nobody_lost(tally: Tally, world: World, links: Sequence[Linked]) -> None:
    """All connected again, and none was ever called inactive."""
    for link in links:
        now = (await states(world, [link]))[link.id]
        good = now["status"] == "connected" and not now["degraded_reason"] and not await ever_inactive(world, [link])
        tally.see(good, f"{link.provider} {link.account}: {now['status']} {now['cause']} {now['degraded_reason']}")


# T1


async def endpoint_down(ground: Ground, n: int) -> Tally:
    """5 minutes and 5 hours without a token endpoint: tokens are used to their end, and nobody is called dead."""
    tally = Tally()
    async with living(ground, "T1") as world:
        links = await connected(world, n)
        for down_s in (5 * MINUTE_S, 5 * HOUR_S):
            await strike(world, links, "status", code=503, scope="token")
            await world.run_for(down_s, widest=120)
            await lift(world, links)
            before = world.now()
            await world.run_for(5 * MINUTE_S, widest=10)
            tally.figures["drained within, s"] = (world.now() - before).total_seconds()
        await _nobody_lost(tally, world, links)
    return tally


async def endpoint_down_believed(ground: Ground, n: int) -> Tally:
    with broken(oauth, "failure", gullible), broken(incidents, "is_alike", lambda *_: False):
        return await endpoint_down(ground, n)


# T2


async def answers_lost(ground: Ground, n: int) -> Tally:
    """The refresh was processed, its answer never came: fixed and overlapping rotation lose nothing by it."""
    tally = Tally()
    async with living(ground, "T2") as world:
        links = await connected(world, n, access_ttl_s=300)
        for link in links:
            rotation = "fixed" if link.provider == "hubspot" else "overlap"
            await asyncio.to_thread(partial(world.sandbox.behave, link.provider, link.account, rotation=rotation))
        for _ in range(3):
            await strike(world, links, "lost_refresh_response", count=1)
            await world.run_for(6 * MINUTE_S, widest=10)
        await _nobody_lost(tally, world, links)
    return tally


async def answers_lost_and_late(ground: Ground, n: int) -> Tally:
    """The broken variant tries again when the overlap is long over."""

    def late(rt: Any, *_: Any) -> datetime:
        at: datetime = rt.clock.now() + timedelta(seconds=900)
        return at

    with broken(refresh, "_next_try", late), broken(incidents, "is_alike", lambda *_: False):
        return await answers_lost(ground, n)


# T7


async def glitches(ground: Ground, n: int) -> Tally:
    """One invalid_grant for a healthy grant, as one provider gives it almost daily."""
    tally = Tally()
    async with living(ground, "T7") as world:
        links = await connected(world, n, access_ttl_s=600)
        for start in range(0, n, max(1, n // 6)):  # a sixth at a time, so that the incident guard does not help
            await strike(world, links[start : start + max(1, n // 6)], "random_invalid_grant", rate=1.0, count=1)
            await world.run_for(6 * MINUTE_S, widest=90)
        await world.run_for(10 * MINUTE_S, widest=90)
        tally.figures["refusals met"] = await world.admin.fetchval(BLIND, [link.id for link in links])
        await _nobody_lost(tally, world, links)
    return tally


async def glitches_believed(ground: Ground, n: int) -> Tally:
    with broken(verify, "verdict", hasty):
        return await glitches(ground, n)


# T8


async def revoked(ground: Ground, n: int) -> Tally:
    """A true revocation: inactive within 6 minutes of the first refusal, one alert, and its work paused."""
    tally = Tally()
    async with living(ground, "T8") as world:
        links = await connected(world, n)
        struck = links[: max(2, n // 12)]
        await strike(world, struck, "revoke")
        await world.run_for(70 * MINUTE_S)
        told = {row["connection_id"]: row["n"] for row in await world.admin.fetch(NOTICES, [one.id for one in struck])}
        for link in struck:
            now = (await states(world, [link]))[link.id]
            tally.see(
                now["status"] == "inactive" and now["cause"] == "access_revoked" and told.get(link.id) == 1,
                f"{link.provider} {link.account}: {now['status']} {now['cause']}, {told.get(link.id, 0)} alerts",
            )
        tally.violations += [f"{await ever_inactive(world, links[len(struck) :])} others inactive"] * bool(
            await ever_inactive(world, links[len(struck) :])
        )
    return tally


async def revoked_unseen(ground: Ground, n: int) -> Tally:
    with broken(verify, "verdict", never):
        return await revoked(ground, n)


# T9


async def our_secret_wrong(ground: Ground, n: int) -> Tally:
    """Our own client secret is wrong: the operator's business, and nobody else's."""
    tally = Tally()
    async with living(ground, "T9") as world:
        links = await connected(world, n, access_ttl_s=600)
        for name, ours in world.runtime.config.providers.items():
            await asyncio.to_thread(world.sandbox.register_client, name, "another secret", ours.client_id)
        await world.run_for(HOUR_S)
        alerts = await world.admin.fetch(NOTICES, [link.id for link in links])
        tally.figures["notices to customers"] = len(alerts)
        for name, ours in world.runtime.config.providers.items():
            await asyncio.to_thread(world.sandbox.register_client, name, ours.client_secret, ours.client_id)
        await world.run_for(15 * MINUTE_S)
        await _nobody_lost(tally, world, links)
        tally.violations += [f"{len(alerts)} customers were told"] * bool(alerts)
    return tally


async def our_secret_blamed(ground: Ground, n: int) -> Tally:
    with broken(oauth, "failure", gullible), broken(incidents, "is_alike", lambda *_: False):
        return await our_secret_wrong(ground, n)


# T10


FLEET = 60
"""30 % of fewer connections at each provider would be too few to call them alike."""


async def third_refused(ground: Ground, n: int) -> Tally:
    """All refreshes of 30 % of a provider's connections are refused: it is the provider, and verdicts are withheld."""
    tally = Tally()
    async with living(ground, "T10") as world:
        links = await connected(world, max(n, FLEET), access_ttl_s=600)
        struck = [link for number, link in enumerate(links) if number % 10 < 3]
        await strike(world, struck, "random_invalid_grant", rate=1.0)
        await world.run_for(30 * MINUTE_S, widest=10)
        await lift(world, struck)
        await world.run_for(20 * MINUTE_S, widest=15)
        await _nobody_lost(tally, world, links)
    return tally


async def third_unguarded(ground: Ground, n: int) -> Tally:
    async def no(*_: Any) -> bool:
        return False

    with broken(verify, "is_withheld", no):
        return await third_refused(ground, n)


# T14


async def left_meanwhile(ground: Ground, n: int) -> Tally:
    """A member disconnects while a refresh is on its way: its answer must not bring the connection back to life."""
    tally = Tally()
    async with living(ground, "T14", refresh_deadline_s=5) as world:
        links = await connected(world, n)
        await world.advance(0.9 * HOUR_S)
        await strike(world, links, "slow", ms=400, scope="token")
        for link in links:
            kept = await _disconnect_in_flight(world, link)
            tally.see(kept == 0, f"{link.provider} {link.account}: tokens are back")
    return tally


TOKENS = "SELECT count(*) FROM credentials WHERE connection_id = $1 AND access_token IS NOT NULL"


async def _disconnect_in_flight(world: World, link: Linked) -> int:
    org_id = link.browser.org_id
    spending = asyncio.create_task(refresh.refresh_once(world.runtime, org_id, link.id, link.provider))
    await asyncio.sleep(0.15)
    left = await link.browser.delete(f"/v1/connections/{format_id('conn', link.id)}")
    assert left.status_code < 300, left.text
    await spending
    found: int = await world.admin.fetchval(TOKENS, link.id)
    return found


async def stored_blindly(ground: Ground, n: int) -> Tally:
    """The broken variant stores whatever comes, whoever has the row by now."""

    async def store(rt: Any, answer: Any) -> credentials.Stored:
        async with unit_of_work(rt.sessions, answer.org_id) as tx:
            row = await tx.session.get_one(Credential, answer.credential_id)
            credentials.set_tokens(rt, row, answer.grant, answer.sent_at, kept=None)
        return credentials.Stored.REFRESHED

    with broken(credentials, "store", store):
        return await left_meanwhile(ground, n)


ROWS = [
    Row("T1", "token endpoint down 5 min and 5 h", "never inactive", 60, endpoint_down, endpoint_down_believed),
    Row("T2", "rotated, answer lost", "fixed, overlap: nothing lost", 60, answers_lost, answers_lost_and_late),
    Row("T7", "invalid_grant once, of a healthy grant", "never inactive", 90, glitches, glitches_believed),
    Row("T8", "true revocation", "inactive, one alert", 96, revoked, revoked_unseen),
    Row("T9", "our client secret is wrong", "operator only", 60, our_secret_wrong, our_secret_blamed),
    Row("T10", "30 % of grants refused at once", "withheld", 60, third_refused, third_unguarded),
    Row("T14", "disconnected during a refresh", "stays disconnected", 60, left_meanwhile, stored_blindly),
]

"""Breaks connections wave by wave, never so many at once that the incident guard would step in, and watches."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from tests.faults.judge import STEP_S, Finding, Struck, judge_definite, judge_soft
from tests.faults.rows import PROBE_S, Definite, Soft
from tests.faults.watch import Watch
from tests.support.world import PROVIDERS, Linked, World

WINDOW_S = 330  # a little more than the window in which the guard counts
SOFT_LIFE_S = 300  # of access tokens, so that each soft fault meets refreshes, too
FAULT_S = 600
AFTERWARDS_S = 240


def most_at_once(connections: int) -> int:
    """Less than 10 % of a provider's connections in 5 min; below 5 the guard never acts."""
    return max(4, int(connections * 0.09))


async def stage(world: World, provider: str, rows: Sequence[Definite | Soft], **settings: Any) -> list[Linked]:
    """One connected account per row, behaving as the row wants it."""
    browser = await world.sign_up()
    links = []
    for row in rows:
        account = await asyncio.to_thread(world.sandbox.make_account, provider, campaigns=3)
        life = {"access_ttl_s": SOFT_LIFE_S} if isinstance(row, Soft) else {}
        if behaviour := {**life, **row.behaviour}:
            await asyncio.to_thread(partial(world.sandbox.behave, provider, account, **behaviour))
        links.append(await world.connect(browser, provider, account, **settings))
    return links


async def crowd(world: World, count: int) -> list[Linked]:
    """Healthy connections of each provider, among which a few break."""
    accounts = {name: [world.sandbox.make_account(name, campaigns=2) for _ in range(count)] for name in PROVIDERS}
    return await world.people(max(1, count // 25), accounts, sync_frequency="daily", history_range="days_30")


async def strike(world: World, link: Linked, row: Definite | Soft) -> Struck:
    await asyncio.to_thread(partial(world.sandbox.fault, link.provider, link.account, row.kind, **row.params))
    return Struck(link, row, world.now())


async def play_definite(world: World, pairs: Sequence[tuple[Linked, Definite]], at_once: int) -> list[Finding]:
    """Waves per provider; then time enough for the slowest row."""
    watch = _watch(world, pairs)
    struck: list[Struck] = []
    waves = _waves(pairs, at_once)
    for wave in waves:
        struck += [await strike(world, link, row) for link, row in wave]
        await world.run_for(WINDOW_S, watch.look, widest=STEP_S)
    longest = max(row.seen_within_s + row.within_s for _, row in pairs)
    await _until_all_down(world, watch, struck, longest)
    return [await judge_definite(watch, one) for one in struck]


async def _until_all_down(world: World, watch: Watch, struck: Sequence[Struck], longest_s: float) -> None:
    """No longer than needed: most end within one probe interval, few wait for a refresh."""
    for _ in range(round(longest_s / 60) + 1):
        waiting = [one for one in struck if watch.now_of(one.link).status != _wanted(one)]
        if not waiting:
            return
        await world.run_for(60, watch.look, widest=STEP_S)


def _wanted(struck: Struck) -> str:
    assert isinstance(struck.row, Definite)
    return struck.row.status


async def play_soft(world: World, pairs: Sequence[tuple[Linked, Soft]], at_once: int) -> list[Finding]:
    """Each wave is broken for FAULT_S, lifted, and watched until it must be well again."""
    findings: list[Finding] = []
    for wave in _waves(pairs, at_once):
        watch = _watch(world, wave)
        struck = [await strike(world, link, row) for link, row in wave]
        await world.run_for(FAULT_S, watch.look, widest=STEP_S)
        for link, row in wave:
            await asyncio.to_thread(world.sandbox.lift, link.provider, link.account, row.kind)
        lifted = [replace(one, lifted=world.now()) for one in struck]
        await world.run_for(AFTERWARDS_S, watch.look, widest=STEP_S)
        findings += [await judge_soft(watch, one) for one in lifted]
    return findings


async def settle(world: World) -> None:
    """First syncs done, probes on their way, before anything is broken."""
    await world.run_for(PROBE_S, widest=60)


def _watch(world: World, pairs: Sequence[tuple[Linked, Definite | Soft]]) -> Watch:
    links: dict[UUID, Linked] = {link.id: link for link, _ in pairs}
    return Watch(world, links)


def _waves(pairs: Sequence[tuple[Linked, Any]], at_once: int) -> list[list[tuple[Linked, Any]]]:
    by_provider = {name: [pair for pair in pairs if pair[0].provider == name] for name in PROVIDERS}
    count = max(-(-len(found) // at_once) for found in by_provider.values())
    return [
        [pair for found in by_provider.values() for pair in found[number * at_once : (number + 1) * at_once]]
        for number in range(count)
    ]

"""Breaks connections wave by wave, never so many at once that the incident guard would step in, and watches."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import zip_longest
from typing import Any
from uuid import UUID

from tests.faults.judge import STEP_S, Finding, Struck, judge_definite, judge_soft
from tests.faults.report import tell
from tests.faults.rows import PROBE_S, Definite, Soft
from tests.faults.watch import Watch
from tests.support.world import PROVIDERS, Linked, World

WINDOW_S = 330  # a little more than the window in which the guard counts
SOFT_LIFE_S = 300  # of access tokens, so that each soft fault meets refreshes, too
FAULT_S = 330  # longer than a token's life
LONGEST_FAULT_S = PROBE_S + 60  # no call but the probe need happen, and some faults strike only the API
AFTERWARDS_S = 150
A_MINUTE = 50


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


async def crowd(world: World, count: int, providers: Sequence[str] = PROVIDERS) -> list[Linked]:
    """Healthy connections of each provider, among which a few break; no faster than the quotas let."""
    links: list[Linked] = []
    for start in range(0, count, A_MINUTE):
        few = min(A_MINUTE, count - start)
        accounts = {name: [world.sandbox.make_account(name, campaigns=2) for _ in range(few)] for name in providers}
        people = max(1, few // 25)
        links += await world.people(people, accounts, sync_frequency="daily", history_range="days_30")
        await world.run_for(60, finest=STEP_S, widest=30)
    return links


async def strike(world: World, link: Linked, row: Definite | Soft) -> Struck:
    await asyncio.to_thread(partial(world.sandbox.fault, link.provider, link.account, row.kind, **row.params))
    return Struck(link, row, world.now())


async def play_definite(world: World, pairs: Sequence[tuple[Linked, Definite]], at_once: int) -> list[Finding]:
    """Wave after wave: the next begins when the last is down and out of the guard's sight."""
    findings: list[Finding] = []
    for wave in _waves(sorted(pairs, key=lambda pair: pair[1].seen_within_s), at_once):
        watch = _watch(world, wave)
        struck = [await strike(world, link, row) for link, row in wave]
        await _until_all_down(world, watch, struck)
        findings += tell([await judge_definite(watch, one) for one in struck])
        await world.run_for(WINDOW_S, finest=STEP_S, widest=30)
    return findings


async def _until_all_down(world: World, watch: Watch, struck: Sequence[Struck]) -> None:
    """No longer than needed: most end within one probe interval, few wait for a refresh."""
    longest_s = max(_longest(one) for one in struck)
    for _ in range(round(longest_s / 60) + 1):
        await world.run_for(60, watch.look, finest=STEP_S, widest=15)
        if all(_is_down(watch, one) for one in struck):
            return


def _longest(struck: Struck) -> float:
    assert isinstance(struck.row, Definite)
    return struck.row.seen_within_s + struck.row.within_s


def _is_down(watch: Watch, struck: Struck) -> bool:
    assert isinstance(struck.row, Definite)
    now = watch.now_of(struck.link)
    return now.status == struck.row.status and (now.status == "inactive" or struck.row.scopes[0] in now.missing)


async def play_soft(world: World, pairs: Sequence[tuple[Linked, Soft]], at_once: int) -> list[Finding]:
    """Each wave is broken for FAULT_S, lifted, and watched until it must be well again."""
    findings: list[Finding] = []
    for wave in _waves(pairs, at_once):
        watch = _watch(world, wave)
        struck = [await strike(world, link, row) for link, row in wave]
        await world.run_for(FAULT_S, watch.look, finest=STEP_S, widest=STEP_S)
        await _until_all_shown(world, watch, struck)
        for link, row in wave:
            await asyncio.to_thread(world.sandbox.lift, link.provider, link.account, row.kind)
        lifted = [replace(one, lifted=world.now()) for one in struck]
        await world.run_for(_afterwards_s(wave), watch.look, finest=STEP_S, widest=STEP_S)
        await _until_slow_calls_end(watch, wave)
        findings += tell([await judge_soft(watch, one) for one in lifted])
    return findings


async def settle(world: World, seconds: float = 60) -> None:
    """First syncs done before anything is broken."""
    await world.run_for(seconds, finest=STEP_S, widest=30)


def _watch(world: World, pairs: Sequence[tuple[Linked, Definite | Soft]]) -> Watch:
    links: dict[UUID, Linked] = {link.id: link for link, _ in pairs}
    return Watch(world, links)


async def _until_all_shown(world: World, watch: Watch, struck: Sequence[Struck]) -> None:
    """A fault that nobody met says nothing: mailboxes are called by the probe alone, and a sync may just be over."""
    end = struck[0].at + timedelta(seconds=LONGEST_FAULT_S)
    while world.now() < end and not all(_is_shown(watch, one) for one in struck):
        await world.run_for(3 * STEP_S, watch.look, finest=STEP_S, widest=STEP_S)


def _is_shown(watch: Watch, struck: Struck) -> bool:
    row = struck.row
    assert isinstance(row, Soft)
    return row.degraded is None or watch.showed(struck.link, row.degraded, struck.at)


async def _until_slow_calls_end(watch: Watch, wave: Sequence[tuple[Linked, Soft]]) -> None:
    """In real time: the sandbox logs a call when it ends, also if nobody waits for its answer any more."""
    await asyncio.sleep(max(row.params.get("ms", 0) for _, row in wave) / 1000)
    await watch.look()


def _afterwards_s(wave: Sequence[tuple[Linked, Soft]]) -> float:
    """Until the slowest of them must be back, and a little longer."""
    return max(AFTERWARDS_S, *(row.ban_s + row.back_within_s + STEP_S for _, row in wave))


def _waves(pairs: Sequence[tuple[Linked, Any]], at_once: int) -> list[list[tuple[Linked, Any]]]:
    """So many of each provider at the same time; what must be alone at its provider comes last.

    What is slow is together, so that it does not hold up everything else.
    """
    alone = [pair for pair in pairs if isinstance(pair[1], Soft) and pair[1].alone]
    slow = [pair for pair in pairs if isinstance(pair[1], Soft) and pair[1].is_slow]
    rest = [pair for pair in pairs if pair not in alone and pair not in slow]
    waves = _side_by_side(rest, at_once) + _side_by_side(slow, at_once)
    lonely = [[pair for pair in alone if pair[0].provider == name] for name in PROVIDERS]
    return waves + [[pair for pair in wave if pair is not None] for wave in zip_longest(*lonely)]


def _side_by_side(pairs: Sequence[tuple[Linked, Any]], at_once: int) -> list[list[tuple[Linked, Any]]]:
    by_provider = [[pair for pair in pairs if pair[0].provider == name] for name in PROVIDERS]
    count = max(-(-len(found) // at_once) for found in by_provider)
    steps = range(0, count * at_once, at_once)
    return [[pair for found in by_provider for pair in found[start : start + at_once]] for start in steps]

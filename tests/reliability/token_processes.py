"""Rows T4, T5 and T6: token refreshes of several processes that ask at once, stand still and are killed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from tests.connections.test_refresh_over_sockets import as_json
from tests.reliability.live import connected, ever_inactive, lift, states, strike
from tests.reliability.row import Ground, Row, Tally
from tests.support.database import fresh_database
from tests.support.world import Linked, World, open_world, world_settings

HOUR_S = 3600.0
POOL = 10  # the product's own: PostgreSQL has 200 connections for all processes
LEASE_S = 46.0
VERSIONS = "SELECT connection_id, version FROM credentials WHERE connection_id = ANY ($1)"
CLAIMED = "SELECT count(*) FROM credentials WHERE connection_id = ANY ($1) AND lease_until > app_now()"


@dataclass
class Asker:
    process: asyncio.subprocess.Process

    async def ask(self, links: Sequence[Linked], callers: int = 1) -> list[list[str]]:
        """The distinct tokens of each connection; none if it died."""
        self.tell(links, callers)
        return await self.told()

    def tell(self, links: Sequence[Linked], callers: int = 1) -> None:
        named = [[str(one.browser.org_id), str(one.id), one.provider] for one in links]
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"callers": callers, "links": named}).encode() + b"\n")

    async def told(self) -> list[list[str]]:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        answer: list[list[str]] = json.loads(line) if line else []
        return answer

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@dataclass
class Field:
    world: World
    settings: str
    askers: list[Asker]

    async def asker(self, *how: str, dies_of: int = 0) -> Asker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.reliability.workers.asker", self.settings, *how),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "ASKER_DIES_OF": str(dies_of)},
            limit=1 << 24,
        )
        made = Asker(process)
        self.askers.append(made)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return made

    async def posts(self) -> int:
        calls = await asyncio.to_thread(self.world.sandbox.new_requests)
        return sum(call["grant_type"] == "refresh_token" for call in calls)

    async def versions(self, links: Sequence[Linked]) -> dict[Any, int]:
        rows = await self.world.admin.fetch(VERSIONS, [one.id for one in links])
        return {row["connection_id"]: row["version"] for row in rows}

    async def work(self, tally: Tally, links: Sequence[Linked]) -> None:
        """Every grant is still good for a refresh, every one is shown as connected, and never was anything else."""
        before = await self.versions(links)
        await self.world.advance(HOUR_S)
        await self.world.run_for(12 * 60, widest=60)
        after = await self.versions(links)
        for link in links:
            now = (await states(self.world, [link]))[link.id]
            good = now["status"] == "connected" and after[link.id] > before[link.id]
            if not good or await ever_inactive(self.world, [link]):
                told = f"{now['status']} {now['cause']}, version {before[link.id]} to {after[link.id]}"
                tally.violations.append(f"{link.provider} {link.account}: {told}")


@asynccontextmanager
async def field(ground: Ground, row: str) -> AsyncIterator[Field]:
    ground.sandbox.reset()
    label = f"{row.lower()}_{uuid4().hex[:6]}"
    folder = ground.folder / label
    with fresh_database(ground.servers, label) as database:
        settings = world_settings(ground.servers, database, folder, ground.sandbox)
        async with open_world(ground.servers, database, folder, ground.sandbox) as world:
            few = settings.model_copy(update={"database": settings.database.model_copy(update={"pool_size": POOL})})
            made = Field(world, as_json(world, few), [])
            try:
                yield made
            finally:
                for asker in made.askers:
                    await asker.end()


async def rotating(world: World, count: int, rotations: Sequence[str]) -> list[Linked]:
    """Accounts of a provider that issues for an hour, with the rotations in turn."""
    links = await connected(world, count, ("klaviyo",))
    for number, link in enumerate(links):
        rotation = rotations[number % len(rotations)]
        behave = partial(world.sandbox.behave, link.provider, link.account, rotation=rotation, access_ttl_s=3600)
        await asyncio.to_thread(behave)
    await world.run_for(60)
    return links


# T5

PROCESSES, USERS = 8, 504


async def all_at_once(ground: Ground, n: int, *how: str) -> Tally:
    """500 users of one expired token in 8 processes, again and again: one call of the token endpoint each time."""
    tally, asked = Tally(), 0
    async with field(ground, "T5") as here:
        link, *_ = await rotating(here.world, 1, ("strict",))
        askers = await asyncio.gather(*(here.asker(*how) for _ in range(PROCESSES)))
        for _ in range(n):
            await here.world.advance(HOUR_S)
            await here.posts()
            answers = await asyncio.gather(*(one.ask([link], USERS // PROCESSES) for one in askers))
            posts = await here.posts()
            tokens = {token for answer in answers for token in answer[0]}
            asked += posts
            errors = sorted(token for token in tokens if token.startswith("error"))
            told = f"{len(tokens)} tokens, {errors}" if posts == 1 else f"{posts} posts"
            tally.see(posts == 1 and len(tokens) == 1 and not errors, told)
        tally.figures |= {"users": USERS, "processes": PROCESSES, "posts per rotation": asked / n}
    return tally


async def all_at_once_blindly(ground: Ground, n: int) -> Tally:
    return await all_at_once(ground, min(n, 5), "blind")


# T6

AT_ONCE = 20


async def holder_stopped(ground: Ground, n: int, *how: str) -> Tally:
    """Stopped with its questions on their way; others refresh meanwhile; it goes on, and overwrites nothing."""
    tally = Tally()
    async with field(ground, "T6") as here:
        links = await rotating(here.world, min(AT_ONCE, n), ("overlap", "fixed"))
        while tally.n < n:
            await _stopped(here, tally, links, *how)
        await here.work(tally, links)
    return tally


async def _stopped(here: Field, tally: Tally, links: Sequence[Linked], *how: str) -> None:
    world = here.world
    holder = await here.asker(*how)
    await world.advance(HOUR_S)
    await strike(world, links, "slow", ms=2500, scope="token")
    holder.tell(links)
    await _claimed(world, links)
    await asyncio.sleep(1)
    holder.process.send_signal(signal.SIGSTOP)
    await lift(world, links)
    await asyncio.sleep(2.5)  # by then the provider has answered into the sockets
    await world.advance(60)  # past the lease
    await world.run_for(90)
    newest = await here.versions(links)
    holder.process.send_signal(signal.SIGCONT)
    await holder.told()
    await holder.end()
    after = await here.versions(links)
    tally.n += len(links)
    changed = [link.account for link in links if after[link.id] != newest[link.id]]
    tally.violations += [f"{len(changed)} newer tokens overwritten"] * bool(changed)


async def _claimed(world: World, links: Sequence[Linked]) -> None:
    for _ in range(600):
        if await world.admin.fetchval(CLAIMED, [one.id for one in links]) == len(links):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the refreshes never began")


async def holder_stopped_blind(ground: Ground, n: int) -> Tally:
    return await holder_stopped(ground, n, "blind")


# T4


async def killed(ground: Ground, n: int, *how: str) -> Tally:
    """Killed with all answers written down and none stored; nothing is lost, whatever the rotation."""
    tally = Tally()
    async with field(ground, "T4") as here:
        links = await rotating(here.world, min(AT_ONCE, n), ("strict", "overlap", "fixed"))
        while tally.n < n:
            await here.world.advance(HOUR_S)
            victim = await here.asker("die_journaled", *how, dies_of=len(links))
            await victim.ask(links)
            assert await victim.process.wait() == -9
            tally.n += len(links)
            await here.world.advance(LEASE_S)
            await here.world.run_for(120)
        await here.work(tally, links)
        if not how:
            tally.figures |= await _killed_before(here)
    return tally


async def _killed_before(here: Field) -> dict[str, float]:
    """Killed when the first answer came: fixed and overlapping grants live on, strict ones in flight may not."""
    links = await rotating(here.world, 6, ("overlap", "fixed"))
    strict = await rotating(here.world, 6, ("strict",))
    await here.world.advance(HOUR_S)
    victim = await here.asker("die_unwritten")
    await victim.ask([*links, *strict])
    await here.world.advance(LEASE_S)
    await here.world.run_for(1200, widest=60)
    now = (await states(here.world, strict)).values()
    dead = sum(one["status"] != "connected" for one in now)
    kept = Tally()
    await here.work(kept, links)
    return {"killed unwritten: strict": len(strict), "of them lost": dead, "others lost": len(kept.violations)}


async def killed_unwritten(ground: Ground, n: int) -> Tally:
    return await killed(ground, n, "forget")


ROWS = [
    Row("T5", "504 users of one expired token", "one post", 60, all_at_once, all_at_once_blindly, sign="posts"),
    Row(
        "T6",
        "stopped past its lease",
        "overwrites nothing",
        120,
        holder_stopped,
        holder_stopped_blind,
        sign="newer tokens overwritten",
    ),
    Row("T4", "killed after the journal", "every grant kept", 200, killed, killed_unwritten, sign="inactive"),
]

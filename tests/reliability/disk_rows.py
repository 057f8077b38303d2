"""Rows A8 and D6: full disks, of the token journal, of the logs and of PostgreSQL. Small ones, mounted for it."""

import asyncio
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from mailwarden.connections.journal import TokenJournal
from tests.reliability.live import connected, ever_inactive, living, states
from tests.reliability.patch import broken
from tests.reliability.postgres_rows import FORGETFUL, set_server
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import Traffic, traffic
from tests.support.stack import System, running_system, wait_for, wait_healthy
from tests.support.world import Linked, World

MINUTE_S = 60
FILLER = "filler"
VERSIONS = "SELECT connection_id, version FROM credentials WHERE connection_id = ANY($1)"


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    at.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)


def fill(disk: Path) -> None:
    """To the last byte."""
    with (disk / FILLER).open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def empty(disk: Path) -> None:
    (disk / FILLER).unlink()


# A8


async def _versions(world: World, links: Sequence[Linked]) -> dict[UUID, int]:
    return {
        row["connection_id"]: row["version"] for row in await world.admin.fetch(VERSIONS, [one.id for one in links])
    }


async def _journal_full(tally: Tally, ground: Ground, n: int) -> None:
    """Where a lost answer is the end of the grant none is asked for; elsewhere refreshes go on; then all do."""
    async with living(ground, "A8") as world:
        links = await connected(world, n, ("keap", "hubspot"), access_ttl_s=300)
        fill(ground.folder)
        before = await _versions(world, links)
        await world.run_for(7 * MINUTE_S, finest=10)
        full = await _versions(world, links)
        empty(ground.folder)
        await world.run_for(5 * MINUTE_S, finest=5)
        after = await _versions(world, links)
        for link in links:
            now = (await states(world, [link]))[link.id]
            strict, spent = link.provider == "keap", full[link.id] > before[link.id]
            well = after[link.id] > before[link.id] and now["status"] == "connected"
            good = well and spent is not strict and not await ever_inactive(world, [link])
            tally.see(good, f"{link.provider}: refreshed on a full disk {spent}, then {now['status']}, well {well}")


def _logs_full(tally: Tally, ground: Ground, n: int) -> None:
    """Processes whose log cannot be written serve and work as ever."""
    with running_system("a8", campaigns=5, seed=ground.seed) as system:
        person = system.person()
        for child in system.stack.children.values():
            child.log = Path("/dev/full")
            child.kill()
        wait_for(lambda: _restarted(system), "new processes", 60)
        begun = {name: child.restarts for name, child in system.stack.children.items()}
        time.sleep(1)
        with traffic([person]) as load:
            wait_for(lambda: len(load.answers) >= n, "answers", 60)
            account = system.sandbox.make_account("hubspot", campaigns=5)
            system.connect(person, "hubspot", account)
            wait_for(lambda: system.one("SELECT count(last_sync_at) FROM connections"), "a sync", 60)
        for one in load.answers:
            tally.see(not one.failed, f"answered {one.status} with full logs")
        died = [name for name, child in system.stack.children.items() if child.restarts != begun[name]]
        tally.violations += [f"{name} died of its log" for name in died]


def _restarted(system: System) -> bool:
    alive = all(child.alive() and child.restarts for child in system.stack.children.values())
    if alive:
        wait_healthy(system, 60)
    return alive


async def full_disks(ground: Ground, n: int, *, logs: bool = True) -> Tally:
    tally = Tally()
    logging.disable(logging.CRITICAL)  # it cries
    try:
        with small_disk(ground.folder / "small", 4) as disk:
            await _journal_full(tally, replace(ground, folder=disk), max(4, n // 10))
    finally:
        logging.disable(logging.NOTSET)
    if logs:
        await asyncio.to_thread(_logs_full, tally, ground, n)
    return tally


async def full_disks_unseen(ground: Ground, n: int) -> Tally:
    """The broken variant refreshes, whether or not it can keep the answer."""
    with broken(TokenJournal, "check", lambda _self: None):
        return await full_disks(ground, n * 10, logs=False)


# D6


@contextmanager
def on_small_disk(system: System, megabytes: int) -> Iterator[Path]:
    """Moves the server's data, log of writes included, onto a disk that can be filled."""
    server = system.servers.postgres
    aside = server.data.with_name("aside")
    server.stop()
    server.data.rename(aside)
    with small_disk(server.data, megabytes) as disk:
        subprocess.run(["cp", "-a", f"{aside}/.", disk], check=True)
        server.account.own(disk, 0o700)
        shutil.rmtree(aside)
        server.start()
        try:
            yield disk
        finally:
            server.stop("immediate")


def _swell(system: System) -> None:
    """Somebody else's writes, until the server itself meets the end of the disk."""
    for _ in range(200):
        try:
            system.rows("INSERT INTO swollen SELECT repeat(md5(random()::text), 200) FROM generate_series(1, 300)")
        except Exception:  # noqa: BLE001 - whichever way the server fails, it is what we want
            return


def _round(tally: Tally, system: System, load: Traffic, disk: Path) -> None:
    """Full, then the power fails, then there is room again."""
    begun = time.monotonic()
    fill(disk)
    _swell(system)
    time.sleep(2)
    read = [one for one in load.since(begun) if not one.write]
    served = sum(not one.failed for one in read) / max(1, len(read))
    system.servers.postgres.stop("immediate")
    empty(disk)
    freed = time.monotonic()
    system.servers.postgres.start()
    wait_for(lambda: load.is_served(freed), "service", 60)
    back_s = time.monotonic() - freed
    unexplained = sorted({one.status for one in load.since(begun) if not one.explained})
    tally.see(not unexplained and not load.lost, f"unexplained {unexplained}, lost {load.lost[-2:]}")
    load.lost.clear()
    worst: dict[str, Any] = tally.figures
    worst["reads served on a full disk, least"] = round(
        min(worst.get("reads served on a full disk, least", 1), served), 2
    )
    worst["back after, s"] = round(max(worst.get("back after, s", 0), back_s), 1)
    worst["answered 503"] = worst.get("answered 503", 0) + sum(one.failed for one in load.since(begun))
    system.rows("TRUNCATE swollen")


def _database_full(ground: Ground, n: int, settings: Sequence[str] = ()) -> Tally:
    tally = Tally()
    with running_system("d6", campaigns=5, seed=ground.seed) as system, on_small_disk(system, 200) as disk:
        people = [system.person(f"Organization {number}") for number in range(2)]
        system.rows("CREATE TABLE swollen (text text)")
        set_server(system, "max_wal_size = '64MB'", *settings)
        with traffic(people) as load:
            for _ in range(n):
                time.sleep(1)
                _round(tally, system, load, disk)
        for child in list(system.stack.children.values()):
            child.stop()
    return tally


async def database_full(ground: Ground, n: int) -> Tally:
    """503 that says when to come again, nothing acknowledged lost, well again as soon as there is room."""
    return await asyncio.to_thread(_database_full, ground, n)


async def database_full_forgetting(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_database_full, ground, min(n, 3), FORGETFUL)


ROWS = [
    Row("A8", "disk full: journal and logs", "no strict refresh, no crash", 400, full_disks, full_disks_unseen),
    Row("D6", "disk full: PostgreSQL", "503, nothing acknowledged lost", 8, database_full, database_full_forgetting),
]
if os.geteuid():  # only root may mount a disk of a chosen size
    ROWS = []

"""Row D2: the primary PostgreSQL is lost under traffic, and its standby takes over at the same address."""

import asyncio
import shutil
import time
from dataclasses import replace
from pathlib import Path

import asyncpg

from mailwarden.embedded.files import write_private
from mailwarden.embedded.postgres_server import PostgresServer
from mailwarden.embedded.processes import free_port, run_as
from tests.reliability.postgres_rows import set_server
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import Traffic, traffic
from tests.support.stack import System, running_system, wait_for

PEOPLE = 2
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
BACK_S = 10.0  # after the new primary answers: pools notice, and all are served again


def make_standby(system: System) -> PostgresServer:
    """A copy made while everybody works, and following since."""
    primary = system.servers.postgres
    folder = primary.folder.with_name("standby")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    primary.account.own(folder, 0o700)
    write_private(folder / "port", str(free_port()))
    standby = replace(primary, folder=folder)
    copy: list[str | Path] = [
        primary.bin / "pg_basebackup",
        "-d",
        primary.dsn,
        "-D",
        standby.data,
        "-X",
        "stream",
        "-R",
        "-c",
        "fast",
    ]
    run_as(primary.account, copy, folder, timeout=120)
    standby.start()
    wait_for(lambda: system.one(STREAMING), "replication", 60)
    return standby


def cut_off(standby: PostgresServer) -> None:
    """The standby stops following, as behind a slow network."""

    async def tell() -> None:
        admin = await asyncpg.connect(standby.dsn)
        try:
            await admin.execute("ALTER SYSTEM SET primary_conninfo = ''")
            await admin.execute("SELECT pg_reload_conf()")
        finally:
            await admin.close()

    asyncio.run(tell())


def take_over(system: System, standby: PostgresServer) -> float:
    """Promotes it, and gives it the address of the lost one. Seconds of the promotion."""
    begun = time.monotonic()
    run_as(standby.account, [standby.bin / "pg_ctl", "promote", "-D", standby.data, "-w", "-s"], standby.folder)
    promoted_s = time.monotonic() - begun
    standby.stop()
    lost = system.servers.postgres
    shutil.rmtree(lost.data)
    standby.data.rename(lost.data)
    lost.start()
    return promoted_s


def _failover(tally: Tally, system: System, load: Traffic, *, synchronous: bool) -> None:
    standby = make_standby(system)
    if synchronous:
        set_server(system, "synchronous_standby_names = '*'")
    else:
        cut_off(standby)
    time.sleep(2)
    begun = time.monotonic()
    system.servers.postgres.stop("immediate")
    promoted_s = take_over(system, standby)
    back = time.monotonic()
    wait_for(lambda: load.is_served(back), "service", 60)
    late_s = time.monotonic() - back
    unexplained = sorted({one.status for one in load.since(begun) if not one.explained})
    tally.see(
        not unexplained and not load.lost and late_s <= BACK_S,
        f"unexplained {unexplained}, lost {load.lost[-2:]}, served {late_s:.1f} s after the new primary",
    )
    load.lost.clear()
    worst = tally.figures
    worst["promoted within, s"] = max(worst.get("promoted within, s", 0), round(promoted_s, 2))
    worst["served after, s"] = max(worst.get("served after, s", 0), round(late_s, 2))


def _failovers(ground: Ground, n: int, *, synchronous: bool) -> Tally:
    tally = Tally()
    with running_system("d2", campaigns=5, seed=ground.seed) as system:
        people = [system.person(f"Organization {number}") for number in range(PEOPLE)]
        with traffic(people) as load:
            for _ in range(n):
                _failover(tally, system, load, synchronous=synchronous)
            tally.figures["writes acknowledged"] = sum(one.acknowledged for one in load.visitors)
    return tally


async def failovers(ground: Ground, n: int) -> Tally:
    """To a standby that confirms every commit: nothing acknowledged is lost."""
    return await asyncio.to_thread(_failovers, ground, n, synchronous=True)


async def failovers_behind(ground: Ground, n: int) -> Tally:
    """The broken variant takes over from a standby that was left behind."""
    return await asyncio.to_thread(_failovers, ground, min(n, 3), synchronous=False)


ROWS = [Row("D2", "failover to a synchronous standby", "nothing acknowledged lost", 6, failovers, failovers_behind)]

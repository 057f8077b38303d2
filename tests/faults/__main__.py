"""`python -m tests.faults`: the whole matrix with hundreds of connections, printed and written down."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mailwarden.core.logging import configure_logging
from tests.faults.conftest import DEADLINES
from tests.faults.fleet import Fleet, open_fleet
from tests.faults.incident import play_incident
from tests.faults.judge import Finding
from tests.faults.play import crowd, most_at_once, play_definite, play_soft, settle, stage
from tests.faults.report import confusion, false_inactive, say, table, tell, write
from tests.faults.rows import DEFINITE, PROBE_S, SOFT
from tests.support.database import fresh_database, test_servers
from tests.support.sandbox import running_sandbox
from tests.support.stack import System, running_system
from tests.support.world import PROVIDERS, Linked, World, open_world

ENDED = """
SELECT provider, cause, count(*) FROM connections WHERE id = ANY ($1) AND status <> 'connected'
GROUP BY 1, 2 ORDER BY 1, 2
"""


async def definite(world: World, options: argparse.Namespace, at_once: int) -> list[Finding]:
    pairs = []
    for provider in options.providers:
        rows = [row for row in DEFINITE if row.provider == provider] * options.copies
        links = await stage(world, provider, rows, sync_frequency="realtime")
        pairs += list(zip(links, rows, strict=True))
    await settle(world, PROBE_S)
    return await play_definite(world, pairs, at_once)


async def soft(world: World, options: argparse.Namespace, at_once: int) -> list[Finding]:
    """The same struck connections in every round, so that one which would slowly wear out is noticed."""
    pairs, rounds = [], options.rounds
    for provider in options.providers:
        rows = [row for row in SOFT if provider in row.providers]
        links = await stage(world, provider, rows, sync_frequency="realtime")
        pairs += list(zip(links, rows, strict=True))
    await settle(world, PROBE_S)
    findings: list[Finding] = []
    for number in range(rounds):
        findings += await play_soft(world, pairs, at_once)
        say(f"round {number + 1} of {rounds}: {sum(not one.ok for one in findings)} wrong so far")
    return findings


async def both(world: World, options: argparse.Namespace) -> list[Finding]:
    at_once, findings = most_at_once(options.connections), list[Finding]()
    if options.only != "definite":
        findings += await soft(world, options, at_once)
    if options.only != "soft":
        findings += await definite(world, options, at_once)
    return findings


async def play(options: argparse.Namespace, folder: Path) -> list[Finding]:
    with test_servers() as servers, running_sandbox(folder / "sandbox") as sandbox:
        with fresh_database(servers, "matrix") as database:
            async with open_world(servers, database, folder, sandbox, **DEADLINES) as world:
                await crowd(world, options.connections, options.providers)
                findings = await both(world, options)
        sandbox.reset()
        with fresh_database(servers, "incident") as database:
            async with open_world(servers, database, folder, sandbox, **DEADLINES) as world:
                findings += tell([await play_incident(world, provider) for provider in options.providers])
    return findings


def play_in_processes(options: argparse.Namespace) -> list[Finding]:
    """Definite and other faults while workers are killed; incidents are not a matter of processes."""
    timing = {"refresh_deadline_s": 3, "api_deadline_s": 4, "refresh_lease_s": 12}
    team = ("mailwarden", "worker", "--processes", str(options.workers))
    with running_system("fleet", worker=team, seed=options.seed, timing=timing) as system:
        return asyncio.run(play_fleet(options, system))


async def play_fleet(options: argparse.Namespace, system: System) -> list[Finding]:
    async with open_fleet(system, options.kill_every, options.seed) as fleet:
        healthy = await crowd(fleet, options.connections, options.providers)
        findings = await both(fleet, options)
        say(
            f"{fleet.kills} workers killed, seed {options.seed}; healthy ones that ended: {await ended(fleet, healthy)}"
        )
    return findings


async def ended(fleet: Fleet, healthy: Sequence[Linked]) -> str:
    rows = await fleet.admin.fetch(ENDED, [link.id for link in healthy])
    return ", ".join(f"{row['count']} {row['provider']} {row['cause']}" for row in rows) or "none"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--connections", type=int, default=200, help="healthy connections of each provider")
    parser.add_argument("--copies", type=int, default=2, help="connections per definite fault")
    parser.add_argument("--rounds", type=int, default=8, help="times that each not definite fault is played")
    parser.add_argument("--workers", type=int, default=0, help="worker processes of their own instead of one process")
    parser.add_argument("--kill-every", type=float, default=4, help="seconds between kills of a worker process")
    parser.add_argument("--providers", nargs="+", choices=PROVIDERS, default=PROVIDERS)
    parser.add_argument("--only", choices=("soft", "definite"), help="those that say nothing of the grant, or do")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    configure_logging("critical", as_json=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        findings = play_in_processes(options) if options.workers else asyncio.run(play(options, Path(folder)))
    say(table(findings))
    say(confusion(findings))
    say(false_inactive(findings))
    say(f"{time.monotonic() - began:.0f} s")
    path = write(
        "faults-workers" if options.workers else "faults",
        {"options": vars(options), "findings": [one.as_json() for one in findings]},
    )
    say(f"written to {path}")
    return 0 if all(one.ok for one in findings) else 1


if __name__ == "__main__":
    raise SystemExit(main())

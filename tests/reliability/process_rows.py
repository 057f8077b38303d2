"""Row A7: processes under steady load keep their size. `--scale 15` soaks for 30 minutes instead of 2."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import traffic
from tests.support.stack import System, running_system, wait_for

CONNECTIONS = 8
TIMING = {"realtime_every_s": 4, "probe_every_s": 5}
LIFE_S = 12  # of access tokens, so that refreshes are part of the load
WARM_UP = 0.4  # share of the time in which caches and pools fill
ROOM, FEW_FILES, FEW_MB = 1.1, 12, 8.0  # growth that is none: I10 allows 10 %, small numbers a little more
SHORTEST_S = 40


@dataclass
class Watched:
    """One process: what it holds, sample by sample."""

    at: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def look(self, pid: int) -> None:
        status = Path(f"/proc/{pid}/status").read_text()
        kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        self.at.append(time.monotonic())
        self.megabytes.append(kilobytes / 1024)
        self.files.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))

    def slope(self, values: Sequence[float]) -> float:
        """Per hour, by least squares, after the warm-up."""
        start = int(len(values) * WARM_UP)
        times, found = self.at[start:], values[start:]
        middle, mean = sum(times) / len(times), sum(found) / len(found)
        spread = sum((at - middle) ** 2 for at in times)
        return 3600 * sum((at - middle) * (value - mean) for at, value in zip(times, found, strict=True)) / spread

    def judge(self, tally: Tally, name: str) -> None:
        start = int(len(self.at) * WARM_UP)
        base_mb, base_files = median(self.megabytes[start : start + 10]), median(self.files[start : start + 10])
        for size, files in zip(self.megabytes[start:], self.files[start:], strict=True):
            small = size <= max(base_mb * ROOM, base_mb + FEW_MB) and files <= base_files * ROOM + FEW_FILES
            tally.see(small, f"{name}: {size:.0f} MB after {base_mb:.0f}, {files} files after {base_files:.0f}")
        tally.figures[f"{name} MB"] = round(self.megabytes[-1], 1)
        tally.figures[f"{name} MB/h"] = round(self.slope(self.megabytes), 1)
        tally.figures[f"{name} files/h"] = round(self.slope([float(one) for one in self.files]), 1)


def _soak(ground: Ground, seconds: float, worker: Sequence[str]) -> Tally:
    tally = Tally()
    with running_system("a7", campaigns=20, seed=ground.seed, quotas=False, worker=worker, timing=TIMING) as system:
        person = system.person()
        for number in range(CONNECTIONS):
            provider = ("hubspot", "klaviyo")[number % 2]
            account = system.sandbox.make_account(provider, campaigns=20)
            system.sandbox.behave(provider, account, access_ttl_s=LIFE_S)
            system.connect(person, provider, account, history_range="days_30", sync_frequency="realtime")
        wait_for(lambda: system.one("SELECT count(*) = count(last_sync_at) FROM connections"), "first syncs", 120)
        with traffic([person], pause_s=0.2):
            watched = _watch(system, seconds)
        for name, one in watched.items():
            one.judge(tally, name)
        tally.figures["jobs"] = system.one("SELECT count(*) FROM sync_runs")
    return tally


def _watch(system: System, seconds: float) -> dict[str, Watched]:
    watched = {name: Watched() for name in system.stack.children}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, one in watched.items():
            process = system.stack.children[name].process
            assert process is not None
            one.look(process.pid)
        time.sleep(1)
    return watched


async def soak(ground: Ground, n: int) -> Tally:
    return await asyncio.to_thread(_soak, ground, max(n, SHORTEST_S), ("mailwarden", "worker"))


async def soak_leaking(ground: Ground, _n: int) -> Tally:
    return await asyncio.to_thread(_soak, ground, SHORTEST_S, ("tests.reliability.leaky_worker",))


ROWS = [Row("A7", "memory and handles under steady load", "no growth", 120, soak, soak_leaking)]

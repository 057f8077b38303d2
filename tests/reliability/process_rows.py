"""Row A7: processes under steady load keep their size, judged by slope where it is played for long enough."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, linear_regression, median

from tests.reliability.row import Ground, Row, Tally
from tests.reliability.traffic import traffic
from tests.support.stack import System, running_system, wait_for

CONNECTIONS = 8
TIMING = {"realtime_every_s": 4, "probe_every_s": 5}
LIFE_S = 12  # of access tokens, so that refreshes are part of the load
WARM_UP = 0.4  # share of the time in which caches and pools fill, and the table of interned strings doubles, once
ROOM, FEW_FILES, FEW_MB = 1.1, 12, 8.0  # growth that is none: I10 allows 10 %, small numbers a little more
SHORTEST_S = 40
SLOPE_FROM_S = 600  # a shorter run tells more of caches than of leaks
BLOCK = 30  # samples whose median stands for them
MOST_MB_H = 1.0
BURSTS, BURST_EVERY_S = 0.8, 20  # of the warm-up: a burst met later would be a step of its own, and no trend
ALL_AT_ONCE = """
UPDATE jobs SET due_at = app_now(), enqueued_at = NULL WHERE state = 'ready' AND due_at > app_now()
"""


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

    def surely_grows_by(self) -> float:
        """MB per hour, the lower end of the slope's 95 % interval; neighbouring samples are alike, so of blocks."""
        start = int(len(self.at) * WARM_UP)
        blocks = [slice(i, i + BLOCK) for i in range(start, len(self.at) - BLOCK + 1, BLOCK)]
        times = [self.at[one][0] / 3600 for one in blocks]
        sizes = [median(self.megabytes[one]) for one in blocks]
        slope, base = linear_regression(times, sizes)
        rest = sum((size - base - slope * at) ** 2 for at, size in zip(times, sizes, strict=True))
        spread = sum((at - fmean(times)) ** 2 for at in times)
        return slope - 2 * math.sqrt(rest / (len(times) - 2) / spread)

    def judge_slope(self, tally: Tally, name: str) -> None:
        if self.at[-1] - self.at[0] >= SLOPE_FROM_S:
            tally.figures[f"{name} MB/h at least"] = surely = round(self.surely_grows_by(), 1)
            tally.violations += [f"{name} grows by {surely} MB/h at least"] * (surely > MOST_MB_H)

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
            one.judge_slope(tally, name)
        tally.figures["jobs"] = system.one("SELECT count(*) FROM sync_runs")
    return tally


def _watch(system: System, seconds: float) -> dict[str, Watched]:
    """In the warm-up all jobs are due at once again and again: so the pools open what they ever will, and every kind of
    job, the daily ones too, has run."""
    watched = {name: Watched() for name in system.stack.children}
    began = burst = time.monotonic()
    while (now := time.monotonic()) < began + seconds:
        if burst <= now < began + BURSTS * WARM_UP * seconds:
            system.rows(ALL_AT_ONCE)
            burst = now + BURST_EVERY_S
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


ROWS = [Row("A7", "memory and handles under steady load", "no growth", 1_800, soak, soak_leaking)]

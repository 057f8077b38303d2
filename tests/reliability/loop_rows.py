"""Row Q6: a worker whose event loop is blocked is found and ended; one that was only stopped for a while is not."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

from mailwarden.core.watchdog import BLOCKED
from tests.reliability.row import Ground, Row, Tally
from tests.reliability.workers.chores import BLOCKED as MARK
from tests.reliability.yard import LOGS, Yard, share, yard

WORKERS = 3
FOUND_S = 15.0
PATIENCE_S = {"sleep": 20.0, "spin": 20.0, "regex": 120.0}
STOPPED_S = 14.0  # longer than a blocked loop would live
OVERDUE_S = 60.0
PER_S = 5
FEW = {"CHORES_LEASE_S": "4", "MAILWARDEN_DATABASE__POOL_SIZE": "5"}
PAIRS = (("sleep", "spin"), ("sleep", "regex"))  # one that needs a core at a time
BEATING = "SELECT count(*) FROM worker_heartbeats WHERE split_part(worker, ':', 2)::int = ANY ($1)"
Process = subprocess.Popen[bytes]
STATUS = {"sleep": BLOCKED, "spin": BLOCKED, "regex": -signal.SIGPROF}


async def _block(yarn: Yard, how: str, known: set[int]) -> tuple[str, Process, float]:
    """Whose loop is blocked now, and since when (seconds since 1970)."""
    await yarn.give("chore", 1, payload=f'{{"block": "{how}"}}', name=how)
    found: dict[int, float] = {}

    async def marked() -> bool:
        marks = {int(path.name.removeprefix(MARK)): path for path in yarn.folder.glob(f"{MARK}*")}
        found.update({pid: path.stat().st_mtime for pid, path in marks.items() if pid not in known})
        return bool(found)

    if not await yarn.until(marked, 60, revive=True):
        raise AssertionError(f"nobody took the chore that blocks by {how}")
    ((pid, since),) = found.items()
    known.add(pid)
    return how, next(process for process in yarn.workers if process.pid == pid), since


def _worked_s(process: Process) -> float:
    """Its time on a processor so far; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _end_of(process: Process, how: str, since: float) -> float | None:
    """Seconds from the block to the end of its worker; None: it still stands there. Where nobody in there could look at
    a clock, its own work counts, which on a busy machine takes longer.
    """
    begun_s = worked_s = _worked_s(process)
    while time.time() - since < PATIENCE_S[how]:
        if process.poll() is not None:
            return worked_s - begun_s if how == "regex" else time.time() - since
        worked_s = _worked_s(process) or worked_s
        await asyncio.sleep(0.05)
    process.kill()
    await asyncio.to_thread(process.wait)
    return None


async def _pair(yarn: Yard, tally: Tally, hows: tuple[str, ...], known: set[int], took: list[float]) -> None:
    """Two of three are blocked; then others are started in their places."""
    blocked = [await _block(yarn, how, known) for how in hows]
    ends = await asyncio.gather(*(_end_of(process, how, since) for how, process, since in blocked))
    for (how, process, _), end in zip(blocked, ends, strict=True):
        if end is None:
            tally.see(False, f"{how}: not ended within {PATIENCE_S[how]:g} s")
            continue
        status = process.returncode
        tally.see(status == STATUS[how] and end <= FOUND_S, f"{how}: ended with {status} after {end:.1f} s")
        took.append(end)
    await yarn.until(lambda: _all_there(yarn), 60, revive=True)


async def _all_there(yarn: Yard) -> bool:
    return await yarn.at_least(BEATING, WORKERS, [process.pid for process in yarn.workers])


async def _stop_for_a_while(yarn: Yard, tally: Tally) -> None:
    """As by a laptop's lid: no time went by for those who were stopped."""
    stopped = yarn.workers[:2]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(STOPPED_S)
    for process in stopped:
        process.send_signal(signal.SIGCONT)
    await asyncio.sleep(3)
    for process in stopped:
        tally.see(process.poll() is None, f"ended with {process.returncode} for having been stopped")


async def blocked(ground: Ground, n: int, **env: str) -> Tally:
    tally, known, took = Tally(), set[int](), list[float]()
    async with yard(ground, "Q6", WORKERS, **env, **FEW) as yarn:
        pairs = [PAIRS[number % len(PAIRS)] for number in range(max(1, n // 2))]
        over_s = STOPPED_S + 15 * len(pairs)
        await yarn.give("chore", round(PER_S * over_s), over_s=over_s)
        await _stop_for_a_while(yarn, tally)
        for pair in pairs:
            await _pair(yarn, tally, pair, known, took)
        await yarn.finished(over_s + OVERDUE_S)
        await yarn.judge(tally)
        late = await yarn.lateness()
        told = (LOGS / f"{yarn.database}.log").read_text().count("event loop blocked")
    talking = sum(STATUS[how] == BLOCKED for pair in pairs for how in pair)
    tally.violations += [f"where it stood was told {told} times, not {talking}"] * (bool(took) and told != talking)
    tally.violations += [f"a chore waited {share(late, 1):.0f} s"] * (share(late, 1) > OVERDUE_S)
    tally.figures |= {"found after, s": share(sorted(took), 0.5), "worst, s": max(took, default=0)}
    tally.figures |= {"chores' delay p99, s": share(late, 0.99), "chores' worst, s": share(late, 1)}
    return tally


async def blocked_for_ever(ground: Ground, n: int) -> Tally:
    return await blocked(ground, min(n, 2), MAILWARDEN_WORKER__BLOCKED_AFTER_S="0")


ROWS = [
    Row("Q6", "event loop blocked", "ended within 15 s", 8, blocked, blocked_for_ever, sign="not ended"),
]

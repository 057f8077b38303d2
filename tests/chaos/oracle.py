"""What must be true after a storm, asked of the database and of the sandbox, which alone knows the truth."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mailwarden.cli.demo.client import DemoFailed
from mailwarden.cli.demo.compare import compare
from mailwarden.core.ids import parse_id
from tests.chaos.storm import Storm, Target

SETTLE_S = 480  # of moved time: confirmations of a grant that is really lost take up to 345 s
STEP_S = 15
LEASE_S = 60
TAKEN_OVER_S = 90  # real time: what the dead had leased must be free before a moved clock ends a provider's overlap
HURRY_S = 4
DRAIN_S = 45
CLEAR_S = 30
UNREAD_S = 1.0  # an answer may lie in the killed process's socket so long before a busy event loop reads it

OVERDUE = """
SELECT kind, state, count(*) AS n FROM jobs
WHERE state = 'dead' OR (state = 'ready' AND due_at < app_now() - interval '60 seconds')
   OR (state = 'leased' AND lease_until < app_now() - interval '60 seconds')
GROUP BY 1, 2
"""
LEASED = "SELECT id, fence FROM jobs WHERE state = 'leased' AND queue = 'fast'"
UNSETTLED = "SELECT count(*) FROM connections WHERE status NOT IN ('connected', 'inactive')"
ATTEMPTS = "SELECT at, outcome FROM refresh_attempts WHERE connection_id = $1 ORDER BY at DESC LIMIT 6"
DUPLICATES = """
SELECT 'campaigns' AS what, count(*) AS n FROM (
  SELECT 1 FROM campaigns GROUP BY connection_id, external_id HAVING count(*) > 1) twice
UNION ALL
SELECT 'observations', count(*) FROM (
  SELECT 1 FROM observations GROUP BY campaign_id, as_of HAVING count(*) > 1) twice
"""


@dataclass
class Judgement:
    """Everything in ``violations`` is one; the rest is told."""

    violations: list[str] = field(default_factory=list)
    lost_unavoidable: int = 0
    longest_unread_s: float = 0.0
    refreshes: int = 0
    rotations_cut: int = 0
    campaigns: int = 0
    runs: int = 0

    def lines(self, storm: Storm) -> list[str]:
        happened = ", ".join(f"{count} × {event}" for event, count in sorted(storm.counts.items()))
        return [
            f"seed {storm.plan.seed}: {storm.plan.seconds:.0f} s, {len(storm.targets)} connections; {happened}",
            f"{self.refreshes} refreshes, {self.runs} sync runs, {self.campaigns} campaigns compared",
            f"grants lost though avoidable: 0 wanted; unavoidable (strict rotation, killed in flight): "
            f"{self.lost_unavoidable}, the answer lay unread for at most {self.longest_unread_s:.2f} s",
            f"violations: {len(self.violations)}",
            *self.violations[:20],
        ]


def judge(storm: Storm) -> Judgement:
    found = Judgement(refreshes=sum(_is_refresh(call) for call in storm.calls))
    _settle(storm)
    lost = _lost(storm)
    for target in lost:
        unread_s = _unread_s(storm, target)
        if unread_s is not None:
            found.lost_unavoidable += 1
            found.longest_unread_s = max(found.longest_unread_s, unread_s)
        else:
            found.violations.append(
                f"{target.group} {target.account}: {_status(target)}, grant lost; {_last(storm, target)}"
            )
    kept = [target for target in storm.targets if target not in lost]
    _statuses(kept, found)
    _data(storm, kept, found)
    _queue(storm, found)
    found.runs = storm.system.one("SELECT count(*) FROM sync_runs")
    return found


def _settle(storm: Storm) -> None:
    """Lets what the dead had leased come free, and every suspicion become a verdict or vanish."""
    held, deadline = _leased(storm), time.monotonic() + TAKEN_OVER_S
    while held & _leased(storm) and time.monotonic() < deadline:
        time.sleep(1)
    for step in range(SETTLE_S // STEP_S):
        storm.system.advance(STEP_S)
        if step * STEP_S > LEASE_S and not storm.system.one(UNSETTLED):
            break


def _leased(storm: Storm) -> set[tuple[str, int]]:
    return {(str(row["id"]), row["fence"]) for row in storm.system.rows(LEASED)}


def _lost(storm: Storm) -> list[Target]:
    """Those that do not work any more although nobody took anything from them: each is asked."""
    return [target for target in storm.targets if not _works(target)]


def _works(target: Target) -> bool:
    for _ in range(3):
        with contextlib.suppress(DemoFailed):
            if target.person.post(f"/v1/connections/{target.connection}/test")["ok"]:
                return True
        time.sleep(1)
    return False


def _statuses(targets: list[Target], found: Judgement) -> None:
    """Whoever works is shown as connected, after a moment for doubts to clear."""
    deadline = time.monotonic() + CLEAR_S
    doubtful = targets
    while doubtful and time.monotonic() < deadline:
        doubtful = [target for target in doubtful if _status(target) != "connected"]
    found.violations += [f"{one.group} {one.account}: works, but is {_status(one)}" for one in doubtful]


def _status(target: Target) -> str:
    now: Mapping[str, Any] = target.person.get(f"/v1/connections/{target.connection}")
    return str(now["status"])


def _is_refresh(call: Mapping[str, Any]) -> bool:
    return bool(call["grant_type"] == "refresh_token" and call["status"] == 200)


def _unread_s(storm: Storm, target: Target) -> float | None:
    """How long the answer had been there when its reader was killed, if that is what happened.

    `token-refresh` C4 and C5: strict rotation, and we died between the provider's work and our journal.
    """
    last = _last_spent(storm, target)
    if last is None or not target.group.endswith("strict"):
        return None
    begun, ended = last["time"] - last["duration_ms"] / 1000, last["time"]
    waits = [max(0.0, since - ended) for since, until in storm.kills if begun <= until and since <= ended + UNREAD_S]
    return min(waits, default=None)


def _last_spent(storm: Storm, target: Target) -> Mapping[str, Any] | None:
    """The call that used up the token which is refused now."""
    calls = [call for call in storm.calls if call["account"] == target.account]
    spent = [call for call in calls if call["grant_type"] == "refresh_token" and call["status"] in (200, None)]
    return spent[-1] if spent else None


def _last(storm: Storm, target: Target) -> str:
    last = _last_spent(storm, target)
    if last is None:
        return "never refreshed"
    kills = sorted((round(since - last["time"], 2) for since, _ in storm.kills), key=abs)[:2]
    ours = [f"{round(row['at'].timestamp() - last['time'], 1)} s {row['outcome']}" for row in _attempts(storm, target)]
    return f"last rotation took {last['duration_ms']:.0f} ms, kills {kills} s from its answer, our attempts {ours}"


def _attempts(storm: Storm, target: Target) -> list[dict[str, Any]]:
    return storm.system.rows(ATTEMPTS, parse_id("conn", target.connection))


def _data(storm: Storm, targets: list[Target], found: Judgement) -> None:
    """A complete sync begun after the storm, then campaign by campaign against the truth."""
    since = storm.system.now()
    late = _sync_all(storm, targets, since)
    found.violations += [
        f"{target.group} {target.account}: no complete sync after the storm; {_last_runs(target)}" for target in late
    ]
    window = (since - timedelta(days=29)).isoformat()
    for target in (one for one in targets if one not in late):
        row = target.person.get(f"/v1/connections/{target.connection}")
        compared = compare(target.person, row, window)
        found.campaigns += compared.campaigns
        found.violations += [f"{target.group} {target.account}: {text}" for text in compared.differences]
    for row in storm.system.rows(DUPLICATES):
        if row["n"]:
            found.violations.append(f"{row['n']} {row['what']} stored twice")


def _sync_all(storm: Storm, targets: list[Target], since: datetime) -> list[Target]:
    """Those that did not get one in time."""
    for target in targets:
        _ask_for_sync(target)
    deadline, late = time.monotonic() + storm.plan.patience_s, targets
    while late and time.monotonic() < deadline:
        storm.system.hurry(HURRY_S)  # quotas of reports are counted by the minute
        late = [target for target in late if not _synced_since(target, since)]
    return late


def _ask_for_sync(target: Target) -> None:
    """409 means that one is running or waiting already."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            target.person.post(f"/v1/connections/{target.connection}/syncs")
        except DemoFailed as exc:
            if " 409 " not in f"{exc} ":
                raise
        return


def _synced_since(target: Target, since: datetime) -> bool:
    runs = target.person.get(f"/v1/connections/{target.connection}/syncs", limit=5)["data"]
    good = [run for run in runs if run["status"] == "success" and run["started_at"]]
    return any(datetime.fromisoformat(run["started_at"]) >= since for run in good)


def _last_runs(target: Target) -> str:
    runs = target.person.get(f"/v1/connections/{target.connection}/syncs", limit=3)["data"]
    return "; ".join(f"{run['status']} since {run['started_at']}, ended {run['finished_at']}" for run in runs)


def _queue(storm: Storm, found: Judgement) -> None:
    """Nothing dead, nothing overdue, no lease forgotten, once the clock runs as it should again."""
    deadline = time.monotonic() + DRAIN_S
    while (left := storm.system.rows(OVERDUE)) and time.monotonic() < deadline:
        time.sleep(1)
    for row in left:
        found.violations.append(f"{row['n']} jobs {row['kind']} are {row['state']} and overdue")

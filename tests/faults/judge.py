"""The oracle: what was seen, held against what docs/faults.md demands."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mailwarden.connections.present import ANSWER_LOST_NOTE
from tests.faults.rows import LIMITED, Definite, Soft
from tests.faults.watch import ProviderCall, Watch
from tests.support.world import Linked

DEGRADED_WITHIN_S = 30
STEP_S = 5  # how finely the clock moves while something is broken


@dataclass(frozen=True)
class Struck:
    """One fault on one connection."""

    link: Linked
    row: Definite | Soft
    at: datetime
    lifted: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """One line of the matrix. ``seconds`` is the time that the table limits."""

    provider: str
    fault: str
    expected: str
    got: str
    seconds: float | None
    ok: bool
    false_inactive: bool = False
    detail: str = ""
    lost: bool = False  # with the worker that was killed while it asked: said so, and counted apart
    hits: int | None = None  # calls that the fault struck; None: a definite fault strikes no call, but the account

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def judge_definite(watch: Watch, struck: Struck) -> Finding:
    row, link = struck.row, struck.link
    assert isinstance(row, Definite)
    first = next((call.at for call in watch.calls_of(link, struck.at) if call.refused or _tells(row, call)), None)
    if row.status == "inactive":
        got, at = await _verdict(watch, struck)
    else:
        got, at = _missing(watch, struck)
    expected = f"{row.status} {row.cause or 'missing ' + ', '.join(row.scopes)}"
    if first is None:
        return Finding(link.provider, row.name, expected, got, None, False, detail="the provider was never asked")
    if at is None:
        return Finding(link.provider, row.name, expected, got, None, False)
    seen_s, seconds = (first - struck.at).total_seconds(), max(0.0, (at - first).total_seconds())
    ok = got == expected and seconds <= row.within_s and seen_s <= row.seen_within_s
    detail = f"first refusal {seen_s:.0f} s after the fault"
    return Finding(link.provider, row.name, expected, got, seconds, ok, detail=detail)


def _tells(row: Definite, call: ProviderCall) -> bool:
    return bool(row.told_by) and row.told_by in call.path


async def _verdict(watch: Watch, struck: Struck) -> tuple[str, datetime | None]:
    history = await watch.history(struck.link, struck.at)
    end = next((one for one in history if one["to_status"] == "inactive"), None)
    if end is None:
        return watch.now_of(struck.link).status, None
    return f"inactive {end['cause']}", end["at"]


def _missing(watch: Watch, struck: Struck) -> tuple[str, datetime | None]:
    assert isinstance(struck.row, Definite)
    looks = [look for look in watch.looks[struck.link.id] if look.at >= struck.at]
    for look in looks:
        if look.status == "connected" and all(scope in look.missing for scope in struck.row.scopes):
            return f"connected missing {', '.join(struck.row.scopes)}", look.at
    return watch.now_of(struck.link).status, None


async def judge_soft(watch: Watch, struck: Struck) -> Finding:
    row, link = struck.row, struck.link
    assert isinstance(row, Soft)
    assert struck.lifted is not None
    history = await watch.history(link, struck.at)
    ends = [one for one in history if one["to_status"] == "inactive"]
    lost = bool(ends) and all(said_lost(one) for one in ends) and not row.kind.startswith("lost")
    wrongly = bool(ends) and not lost
    hits = [call for call in watch.calls_of(link, struck.at, struck.lifted) if call.fault is not None]
    shown_s, back_s = _degraded_after(watch, struck, hits), _recovered_after(watch, struck, hits)
    faults = _faults(watch, struck, hits, shown_s, back_s)
    expected = f"degraded {row.degraded}, back" if row.degraded else "connected"
    got = "INACTIVE" if wrongly else "lost with its worker" if lost else "; ".join(faults) or expected
    seen = "" if shown_s is None else f"shown after {shown_s:.0f} s, "
    detail = f"{seen}back after {'–' if back_s is None else f'{back_s:.0f} s'}"
    ok = lost or (not wrongly and not faults)
    return Finding(link.provider, row.name, expected, got, shown_s, ok, wrongly, detail, lost, len(hits))


def said_lost(transition: Mapping[str, Any]) -> bool:
    """Where each refresh ends the old token, a worker killed while it asks may take the new one along."""
    return transition["cause"] == "unknown" and ANSWER_LOST_NOTE in (transition["evidence"] or "")


def _faults(
    watch: Watch, struck: Struck, hits: list[ProviderCall], shown_s: float | None, back_s: float | None
) -> list[str]:
    row = struck.row
    assert isinstance(row, Soft)
    found = []
    if row.degraded and not hits:
        found.append("no call was hit")
    if row.degraded and (shown_s is None or shown_s > DEGRADED_WITHIN_S):
        found.append(f"not shown as {row.degraded} within {DEGRADED_WITHIN_S} s")
    if back_s is None or back_s > row.back_within_s + STEP_S:
        found.append(f"not back within {row.back_within_s:.0f} s")
    if row.degraded == LIMITED and (called := _calls_during_ban(watch, struck, hits)):
        found.append(f"{called} calls during the ban")
    return found


def _degraded_after(watch: Watch, struck: Struck, hits: list[ProviderCall]) -> float | None:
    """From the second failure (of a rate limit: the first) until the reason was shown."""
    row = struck.row
    assert isinstance(row, Soft)
    needed = 1 if row.degraded == LIMITED else 2
    shown = [look for look in watch.looks[struck.link.id] if look.at >= struck.at and look.degraded == row.degraded]
    if row.degraded is None or len(hits) < needed or not shown:
        return None
    since = shown[0].degraded_since or shown[0].at
    return max(0.0, (since - hits[needed - 1].at).total_seconds())


def _recovered_after(watch: Watch, struck: Struck, hits: list[ProviderCall]) -> float | None:
    """From the end of the fault, or of the ban it set, until nothing of it was shown."""
    row = struck.row
    assert isinstance(row, Soft)
    assert struck.lifted is not None
    ban = timedelta(seconds=row.ban_s)
    end = max([struck.lifted, *(hit.at + ban for hit in hits)])
    looks = watch.looks[struck.link.id]
    if looks[-1].status != "connected" or looks[-1].degraded is not None:
        return None
    return max(0.0, (looks[-1].at - end).total_seconds())


def _calls_during_ban(watch: Watch, struck: Struck, hits: list[ProviderCall]) -> int:
    row = struck.row
    assert isinstance(row, Soft)
    calls = watch.calls_of(struck.link, struck.at)
    return sum(1 for hit in hits for call in calls if 1 < (call.at - hit.at).total_seconds() < row.ban_s - 1)

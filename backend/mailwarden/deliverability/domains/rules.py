"""When a domain is looked at again, what stands while nobody can tell, and what counts as a change. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mailwarden.deliverability.records.verdict import Check, Result, Verdict

HELD = timedelta(hours=48)  # a definite answer stands for so long while the latest is none
RESTLESS = timedelta(hours=48)  # so long may a change take to be seen everywhere
NORMAL = timedelta(days=1)
UNHEARD = timedelta(hours=1)
# Since the change or fault began: up to here, look again after this.
STEPS = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(hours=24), timedelta(hours=1)),
    (RESTLESS, timedelta(hours=2)),
)
SPREAD = 0.1
MOST_SHOWN = 500  # characters of a record in an event


def next_check(now: datetime, restless_since: datetime | None, *, unheard: bool, spread: float) -> datetime:
    """``spread`` from 0 to 1 keeps domains that were added together apart. ``unheard``: some answer did not come."""
    wait = next((wait for end, wait in STEPS if restless_since and now - restless_since < end), NORMAL)
    if unheard:
        wait = min(wait, UNHEARD)
    return now + wait * (1 - SPREAD + 2 * SPREAD * spread)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one result: the latest verdict and the last definite one. ``mark`` tells whether it is still the same."""

    check: str
    part: str
    name: str
    verdict: str
    seen_at: datetime
    summary: str
    definite: str | None = None
    definite_at: datetime | None = None
    since: datetime | None = None  # the definite answer has been the same
    records: tuple[str, ...] = ()
    mark: str = ""

    def shown(self, now: datetime) -> str | None:
        """None: not assessed."""
        if self.definite is None or self.definite_at is None or now - self.definite_at > HELD:
            return None
        return self.definite


@dataclass(frozen=True, slots=True)
class Change:
    check: str
    part: str
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def settle(
    old: Mapping[str, Standing], results: Iterable[Result], now: datetime
) -> tuple[dict[str, Standing], tuple[Change, ...]]:
    """What nobody could tell changes nothing; a first look is no change."""
    settled = {one.key: _settled(old.get(one.key), one, now) for one in results}
    pairs = [(old.get(one.key), settled[one.key], one) for one in results]
    parents = {one.check for one in results if one.part}
    changes = [
        _change(before, after)
        for before, after, result in pairs
        if (result.part or result.check not in parents) and _is_change(before, after, result, bool(old))
    ]
    return settled, tuple(changes)


def _settled(before: Standing | None, result: Result, now: datetime) -> Standing:
    seen = Standing(str(result.check), result.part, result.name, str(result.verdict), now, result.summary)
    if not result.is_definite:
        kept = before or seen
        return replace(
            seen,
            definite=kept.definite,
            definite_at=kept.definite_at,
            since=kept.since,
            records=kept.records,
            mark=kept.mark,
        )
    mark = mark_of(result)
    same = before is not None and before.mark == mark
    since = before.since if same and before is not None else now
    return replace(
        seen, definite=str(result.verdict), definite_at=now, since=since, records=tuple(result.records), mark=mark
    )


def mark_of(result: Result) -> str:
    """Of what the DNS says, not of our words about it."""
    said = json.dumps([str(result.verdict), sorted(result.records), result.facts.get("mode")])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _is_change(before: Standing | None, after: Standing, result: Result, looked_before: bool) -> bool:
    if not result.is_definite:
        return False
    if before is None or before.definite is None:  # a key that came up by itself is news, an asked one is not
        return before is None and looked_before and "found_by" in result.facts
    return before.mark != after.mark


def _change(before: Standing | None, after: Standing) -> Change:
    return Change(after.check, after.part, after.name, _said(before), _said(after))


def _said(one: Standing | None) -> dict[str, Any]:
    if one is None:
        return {"verdict": None, "records": []}
    return {"verdict": one.definite, "records": [record[:MOST_SHOWN] for record in one.records[:10]]}


COUNTED = frozenset({Check.SPF, Check.DKIM, Check.DMARC, Check.MX, Check.FCRDNS})  # for what one sends


def is_in_trouble(results: Iterable[Result]) -> bool:
    """Somebody will be mending something, and wants to see when it is mended."""
    return any(
        one.verdict is Verdict.FAULT or (one.verdict is Verdict.ABSENT and one.check in COUNTED) for one in results
    )

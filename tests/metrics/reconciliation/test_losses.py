"""Seeded accounts with known losses of 0.1 to 10 %: what is found, what it is called, and how often nothing is taken
for something. The provider's side is made here, span by span, as its totals would be."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailwarden.metrics.reconciliation.matching import Mine, Windows, match, request, windows
from mailwarden.metrics.reconciliation.rules import Explained, Part, Verdict, explain
from mailwarden.metrics.rules import COUNTS
from mailwarden.metrics.settling import is_settled, provisional_until
from mailwarden.providers.base import Figures
from mailwarden.providers.totals import StatedGroup, StatedTotals, TotalsSpan

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Sydney")
SHARES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1)
ACCOUNTS = 60


@dataclass
class Truth:
    """An account: ``mine`` is what we hold, ``theirs`` what the provider's totals count."""

    mine: list[Mine]
    theirs: dict[str, tuple[datetime, dict[str, int]]]
    found: Windows
    zone: ZoneInfo

    def stated(self, spans: list[TotalsSpan]) -> StatedTotals:
        groups = []
        for span in spans:
            inside = {id: told for id, (at, told) in self.theirs.items() if span.start <= at < span.end}
            for ids in (inside.keys() & span.known, inside.keys() - span.known):
                if ids:
                    sums = {name: sum(inside[id][name] for id in ids) for name in COUNTS}
                    groups.append(StatedGroup(frozenset(ids), Figures(**sums), span))  # type: ignore[arg-type]
        return StatedTotals(tuple(groups), COUNTS)

    def compare(self) -> dict[str, Explained]:
        asked = request(self.found, self.mine, "hubspot", self.zone, NOW)
        slices = match(self.found, self.mine, self.stated(list(asked.spans)), self.zone, "hubspot")
        return {name: explain(name, slices) for name in COUNTS}


def account(seed: int) -> Truth:
    """Young campaigns went on growing since we read them; some are archived there, and not in its totals."""
    rng = random.Random(seed)
    ours, zone = ZoneInfo(rng.choice(ZONES)), ZoneInfo(rng.choice(ZONES))
    found = windows(NOW, None, ours, zone)
    assert found is not None
    truth = Truth([], {}, found, zone)
    for number in range(rng.randrange(120, 400)):
        at = NOW - timedelta(minutes=rng.randrange(95 * 1440))
        sent = rng.randrange(200, 20_000)
        told = {"sent": sent, "delivered": int(sent * 0.98), "opened": int(sent * rng.uniform(0.1, 0.5))}
        told |= {"clicked": told["opened"] // 8, "bounced": sent - told["delivered"]}
        told |= {"complaints": sent // 5000, "unsubscribes": sent // 400}
        settled = is_settled(provisional_until(at, "hubspot"), NOW)
        kept = rng.random() < 0.05
        truth.mine.append(Mine(str(number), f"News {number}", at, kept, settled, False, dict(told)))
        if not kept:
            grown = {"opened": told["opened"] * 101 // 100, "clicked": told["clicked"] * 101 // 100}
            truth.theirs[str(number)] = (at, told if settled else told | grown)
    return truth


def lose_campaigns(truth: Truth, share: float) -> int:
    """By volume, as near as one campaign allows; how much was lost of what is compared."""
    counted = [one for one in truth.mine if not one.kept and truth.found.ours.start <= one.sent_at]
    inside = [one for one in counted if truth.found.theirs.start <= one.sent_at < truth.found.theirs.end]
    inside = [one for one in inside if one.sent_at < truth.found.ours.end]
    goal = share * sum(one.figures["sent"] or 0 for one in inside)
    lost = 0
    gone: set[str] = set()
    for one in sorted(inside, key=lambda one: abs((one.figures["sent"] or 0) - goal)):
        if gone and lost + (one.figures["sent"] or 0) > goal:
            continue
        gone.add(one.external_id)
        lost += one.figures["sent"] or 0
    truth.mine = [one for one in truth.mine if one.external_id not in gone]
    return lost


@pytest.mark.parametrize("share", SHARES)
def test_lost_campaigns_are_found_to_the_last_one(share: float):
    for seed in range(ACCOUNTS):
        truth = account(seed)
        lost = lose_campaigns(truth, share)
        found = truth.compare()["sent"]
        assert found.parts[Part.MISSING_PAGE].amount == -lost
        assert found.parts.keys() <= {Part.MISSING_PAGE, Part.TIME_ZONE}


@pytest.mark.parametrize("share", SHARES)
def test_figures_that_are_told_too_small_are_found_where_they_stand_still(share: float):
    for seed in range(ACCOUNTS):
        truth = account(seed)
        lost = 0
        for place, one in enumerate(truth.mine):
            opened = one.figures["opened"] or 0
            if one.settled and not one.kept:
                told = int(opened * (1 - share))
                both = truth.found.ours, truth.found.theirs
                lost += (opened - told) * all(span.start <= one.sent_at < span.end for span in both)
                truth.mine[place] = replace(one, figures=dict(one.figures) | {"opened": told})
        found = truth.compare()["opened"]
        assert found.parts[Part.UNEXPLAINED].amount == -lost
        if share >= 0.1:
            assert found.needs_care


def test_nothing_lost_alarms_nobody():
    """Of 60 accounts with 7 figures each; an alarm for what is harmless is one, too."""
    alarms = [
        (seed, name, one.largest)
        for seed in range(ACCOUNTS)
        for name, one in account(seed).compare().items()
        if one.verdict is Verdict.ALARM or one.needs_care
    ]
    assert alarms == []


def test_nothing_lost_is_nothing_missing():
    for seed in range(ACCOUNTS):
        for one in account(seed).compare().values():
            assert one.parts.keys() <= {Part.TIME_ZONE, Part.LATE_EVENTS}

"""Decayed counts, and the rates that a score may be made of: never the raw quotient of a small sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter, mul

from mailwarden.deliverability.score.rules.facts import COUNTS, Day, Facts
from mailwarden.deliverability.score.rules.fixed import PPM, Ratio, in_ppm
from mailwarden.deliverability.score.rules.model import UNIT, Model, RateRule

ALWAYS = ("complaints", "bounces")
"""Assessed even where nothing tells of them; a provider that is silent is a recommendation, not a gap."""


@dataclass(frozen=True, slots=True)
class Sums:
    """``plain``: messages in the window; ``decayed``: the same weighed by age, in units of ``UNIT``."""

    plain: Mapping[str, int]
    decayed: Mapping[str, int]


_COUNTS_OF = attrgetter(*COUNTS)
_NOTHING = Sums(dict.fromkeys(COUNTS, 0), dict.fromkeys(COUNTS, 0))


def count(days: Sequence[Day], as_of: date, model: Model) -> Sums:
    """A day after ``as_of`` counts as today's: clocks differ, mail that was sent was sent."""
    ages = [max(0, (as_of - one.day).days) for one in days]
    inside = [(age, _COUNTS_OF(one)) for age, one in zip(ages, days, strict=True) if age < len(model.weights)]
    if not inside:
        return _NOTHING
    aged = [model.weights[age] for age, _ in inside]
    columns = list(zip(*(counts for _, counts in inside), strict=True))
    plain = zip(COUNTS, map(sum, columns), strict=True)
    decayed = zip(COUNTS, (sum(map(mul, aged, column)) for column in columns), strict=True)
    return Sums(dict(plain), dict(decayed))


def observed(rule: RateRule, counts: Mapping[str, int]) -> Ratio:
    """Events in percent of a message, messages: the denominator may be 0."""
    return sum(share * counts[name] for name, share in rule.of), counts[rule.among]


def believed(rule: RateRule, sums: Sums) -> Ratio:
    """The mean after the Beta prior: (x + m*k) / (n + k). Exact at n = 0, monotone in both counts."""
    events, messages = observed(rule, sums.decayed)
    return events * 10 + rule.prior_thousandths * UNIT, (messages + rule.strength * UNIT) * 1000


def rates(facts: Facts, sums: Sums, model: Model) -> dict[str, Ratio]:
    """Those that can be assessed; what a what-if assumes stands in the place of what was measured."""
    found = {name: believed(rule, sums) for name, rule in model.rates.items() if _tells(name, rule, sums)}
    if not facts.engagement:
        found = {name: rate for name, rate in found.items() if name in ALWAYS}
    if facts.reported_spam_ppm is not None:
        found["complaints"] = _larger(found["complaints"], (facts.reported_spam_ppm, PPM))
    return {name: _assumed(facts, name, rate) for name, rate in found.items()}


def _tells(name: str, rule: RateRule, sums: Sums) -> bool:
    """Before any mail, the prior speaks; where mail was delivered and nobody tells, nothing is assessed."""
    return name in ALWAYS or sums.plain[rule.among] > 0 or sums.plain["delivered"] == 0


def _assumed(facts: Facts, name: str, measured: Ratio) -> Ratio:
    """Rates are shown in whole ppm: to assume the one that is shown is to leave it as it is."""
    wanted = facts.assumed.get(name)
    return measured if wanted is None or wanted == in_ppm(measured) else (wanted, PPM)


def _larger(one: Ratio, other: Ratio) -> Ratio:
    return one if one[0] * other[1] >= other[0] * one[1] else other


def group_rate(name: str, sums: Sums, facts: Facts, model: Model) -> Ratio:
    """Of complaints at one receiver. A group of fewer than ``group_minimum`` is judged as if it had so many: a cap on
    it must not come by one more good message."""
    rule = model.rates["complaints"]
    events, messages = observed(rule, sums.decayed)
    least = max(messages, model.group_minimum * UNIT)
    rate = events * 10 + rule.prior_thousandths * UNIT, (least + rule.strength * UNIT) * 1000
    return _assumed(facts, f"complaints:{name}", rate)


def clean(sums: Sums) -> int:
    """Deliveries that nobody complained about, in units of ``UNIT``: all that counts as evidence."""
    return max(0, sums.decayed["delivered"] - sums.decayed["complained"])

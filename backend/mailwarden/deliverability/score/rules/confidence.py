"""How sure the rates are, for display: Wilson's interval, which never enters the score."""

from dataclasses import dataclass
from typing import Literal

from mailwarden.deliverability.score.rules.counting import Sums, observed
from mailwarden.deliverability.score.rules.fixed import Ratio, in_ppm, wilson
from mailwarden.deliverability.score.rules.model import UNIT, Model

Confidence = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Rate:
    """In ppm. ``used`` enters the score; ``observed`` and the interval are of the decayed counts alone."""

    name: str
    used: int
    observed: int | None
    low: int
    high: int
    events: int
    messages: int


def describe(name: str, used: Ratio, sums: Sums, model: Model) -> Rate:
    """``events`` and ``messages`` are whole messages of the window, not decayed."""
    rule = model.rates[name]
    events, messages = observed(rule, sums.decayed)
    low, high = wilson(events // 100, messages, UNIT)
    seen = in_ppm((events, messages * 100)) if messages else None
    whole = sum(sums.plain[one] for one, _ in rule.of)
    return Rate(name, in_ppm(used), seen, low, high, whole, sums.plain[rule.among])


def confidence(sums: Sums, model: Model) -> Confidence:
    """By the width of the interval of complaints, the rarest of the events and the dearest."""
    events, messages = observed(model.rates["complaints"], sums.decayed)
    low, high = wilson(events // 100, messages, UNIT)
    if high - low <= model.high_width_ppm:
        return "high"
    return "medium" if high - low <= model.medium_width_ppm else "low"

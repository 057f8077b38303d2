"""The share of its points that each part earns; None where it cannot be assessed."""

from collections.abc import Mapping

from mailwarden.deliverability.facts import Authentication, Dmarc, Listing
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.fixed import PERMILLE, Ratio, piecewise
from mailwarden.deliverability.score.rules.model import Model

FULL = 10_000
LOWER: dict[Dmarc, Dmarc] = {"reject": "quarantine", "quarantine": "none"}
"""RFC 9989: t=y lets a policy act as the next weaker one."""


def shares(facts: Facts, rates: Mapping[str, Ratio], model: Model) -> dict[str, Ratio | None]:
    found: dict[str, Ratio | None] = dict.fromkeys(model.rates)
    found |= {name: piecewise(model.rates[name].curve, rate) for name, rate in rates.items()}
    found |= _authentication(facts.authentication, model)
    found["blocklists"] = None if facts.listings is None else blocklists(facts.listings, model)
    return found


def _authentication(facts: Authentication, model: Model) -> dict[str, Ratio | None]:
    points = model.authentication
    whole = {part.name: part.max for part in model.parts}
    earned = {
        "spf": None if facts.spf is None else points["spf"][facts.spf],
        "dkim": None if facts.dkim is None else points["dkim"][facts.dkim],
        "dmarc": dmarc_points(facts, model),
        "fcrdns": None if facts.fcrdns is None else points["fcrdns"] * facts.fcrdns,
    }
    return {name: None if one is None else (one, whole[name]) for name, one in earned.items()}


def dmarc_points(facts: Authentication, model: Model) -> int | None:
    if facts.dmarc is None:
        return None
    if not protects(facts):
        return 0
    policy = LOWER.get(facts.dmarc, facts.dmarc) if facts.dmarc_testing else facts.dmarc
    points: int = model.authentication["dmarc"][policy]
    return points if facts.dmarc_rua else points - int(model.authentication["dmarc_without_rua"])


def protects(facts: Authentication) -> bool:
    """Whether a DMARC record applies to the mail at all."""
    return facts.dmarc not in (None, "absent", "invalid") and facts.dmarc_aligned


def blocklists(listings: tuple[Listing, ...], model: Model) -> Ratio:
    """The product over listings of (1 - weight): bounded, the same in any order, never better by one more.

    Of one operator and one asset only the heaviest entry counts: an operator's lists include each other.
    """
    heaviest: dict[tuple[str, str], int] = {}
    for one in listings:
        key = (one.operator, one.asset)
        heaviest[key] = max(heaviest.get(key, 0), _weight(one, model))
    num, den = 1, 1
    for weight in heaviest.values():
        num *= FULL * PERMILLE - weight
        den *= FULL * PERMILLE
    return num, den


def _weight(one: Listing, model: Model) -> int:
    whole = model.listing_weights[one.tier]
    return (whole // model.shared_divisor if one.shared else whole) * max(0, min(PERMILLE, one.share_permille))

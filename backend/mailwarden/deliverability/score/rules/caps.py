"""Facts beside which no other merit counts: each holds the score at or below a number, and is shown by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailwarden.deliverability.facts import Authentication, Listing
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.fixed import Ratio, log2, reaches
from mailwarden.deliverability.score.rules.model import UNIT, Model
from mailwarden.deliverability.score.rules.parts import protects

HUNDREDTHS = 100
USABLE_SPF, USABLE_DKIM = ("covers", "neutral"), ("strong", "fair")
EVIDENCE = "little_evidence"


@dataclass(frozen=True, slots=True, order=True)
class Cap:
    """``points`` in 1/100. The order tells which one binds; of equals the first by name is shown.

    ``domain`` where several are rolled up: whose score it holds.
    """

    points: int
    name: str
    domain: str | None = None


def caps(facts: Facts, rates: Mapping[str, Ratio], groups: Mapping[str, Ratio], clean: int, model: Model) -> list[Cap]:
    """All that apply, the lowest first."""
    found = {Cap(model.caps[name] * HUNDREDTHS, name) for name in _names(facts, rates, model)}
    for group, rate in groups.items():
        if reaches(rate, model.thresholds_ppm["complaints_critical"]):
            found.add(Cap(model.caps["complaints_critical"] * HUNDREDTHS, f"complaints_critical:{group}"))
    found.add(Cap(evidence(clean, model), EVIDENCE))
    return sorted(one for one in found if one.points < 100 * HUNDREDTHS)


def evidence(clean: int, model: Model) -> int:
    """84 + 16 * ln(1 + g/25) / ln 21 points, 100 from 500 clean deliveries on: no bad event can ever lift it."""
    rule = model.evidence
    least, most = rule.at_none * HUNDREDTHS, 100 * HUNDREDTHS
    if clean >= rule.enough * UNIT:
        return most
    grown = log2(rule.scale * UNIT + clean, rule.scale * UNIT)
    return least + (most - least) * grown // rule.log_enough


def _names(facts: Facts, rates: Mapping[str, Ratio], model: Model) -> Iterator[str]:
    for name, ppm in model.thresholds_ppm.items():
        if reaches(rates[name.split("_")[0]], ppm):
            yield name
    yield from _authentication(facts.authentication, bulk=facts.bulk)
    for one in facts.listings or ():
        yield from _listing(one)


def _authentication(facts: Authentication, *, bulk: bool) -> Iterator[str]:
    kind = "_bulk" if bulk else ""
    spf_bad = facts.spf is not None and facts.spf not in USABLE_SPF
    dkim_bad = facts.dkim is not None and facts.dkim not in USABLE_DKIM
    if spf_bad and dkim_bad:
        yield "no_usable_authentication"
    if dkim_bad:
        yield f"no_dkim{kind}"
    if spf_bad:
        yield f"no_spf{kind}"
    if facts.spf == "pass_all":
        yield "spf_pass_all"
    if facts.dmarc is not None and not protects(facts):
        yield f"no_dmarc{kind}"
    if facts.own_ip and facts.fcrdns is False:
        yield "no_fcrdns"


def _listing(one: Listing) -> Iterator[str]:
    """A shared address is the mail service's to clean; a C-tier entry matters only for an address of one's own."""
    if one.tier in ("A", "B"):
        yield f"listing_{one.tier.lower()}" + ("_shared" if one.shared else "")
    elif one.tier == "C" and one.kind == "ip" and not one.shared:
        yield "listing_c"

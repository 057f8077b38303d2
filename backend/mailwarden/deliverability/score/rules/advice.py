"""What to do next, out of this account's own facts. Each advice is a change, and its gain what that change brings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mailwarden.deliverability.facts import Listing
from mailwarden.deliverability.score.rules.changes import Changes
from mailwarden.deliverability.score.rules.confidence import Rate
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.fixed import PPM
from mailwarden.deliverability.score.rules.model import Model, model
from mailwarden.deliverability.score.rules.rollup import Account, Member, what_if

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Hint:
    """``values``: this account's own numbers for the text. ``domain`` None: concerns all mail alike."""

    code: str
    line: str
    severity: Severity
    values: Mapping[str, Any]
    changes: Changes
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """``gain`` in 1/100 point: the score after the change less the score now, never below 0."""

    hint: Hint
    gain: int
    score_after: int | None


def advise(account: Account) -> list[Advice]:
    """The largest gain first; of equals, the gravest."""
    found = []
    for hint in hints(account):
        after = what_if(account, hint.changes, hint.domain).result
        found.append(Advice(hint, after.points - account.result.points, after.score))
    return sorted(found, key=lambda one: (-one.gain, SEVERITIES.index(one.hint.severity), _name(one.hint)))


def _name(hint: Hint) -> tuple[str, str, str]:
    return hint.code, hint.domain or "", str(hint.values.get("list", ""))


def hints(account: Account) -> Iterator[Hint]:
    chosen = model(account.result.version)
    for domain, one in _mails(account):
        yield from _about_mail(domain, one, chosen)
    for one in account.members:
        if one.domain is not None:
            yield from _about_records(one.domain, one.facts)
            yield from _about_listings(one.domain, one.facts)


def _mails(account: Account) -> Iterator[tuple[str | None, Member]]:
    """Where domains share their mail, it is spoken of once."""
    if len(account.members) == 1 or len({one.facts.days for one in account.members}) == 1:
        yield None, account.members[0]
        return
    for one in account.members:
        yield one.domain, one


def _about_mail(domain: str | None, one: Member, chosen: Model) -> Iterator[Hint]:
    rates = {rate.name: rate for rate in one.result.rates}
    for code, line, severity, name, target in _findings(rates, one, chosen):
        values = _values(rates[name], target)
        yield Hint(code, line, severity, values, Changes(rates={name: target}), domain)
    yield from _gaps(domain, rates, one)


Finding = tuple[str, str, Severity, str, int]
"""Code, line, severity, rate, and the rate in ppm that is worth going for."""


def _findings(rates: Mapping[str, Rate], one: Member, chosen: Model) -> Iterator[Finding]:
    best = {name: rule.curve[0][0] for name, rule in chosen.rates.items()}
    complaints, bounces, people = rates["complaints"], rates["bounces"], rates.get("unsubscribes")
    if complaints.events and complaints.used > best["complaints"]:
        code = "C2" if complaints.used >= chosen.thresholds_ppm["complaints_critical"] else "C1"
        yield code, "complaints", _grade(complaints.used, (3000, 1000, 500)), "complaints", best["complaints"]
    if bounces.events and bounces.used > best["bounces"]:
        grade = _grade(bounces.used, (100_000, 50_000, 20_000))
        yield _kind_of_bounces(one), "bounces", grade, "bounces", best["bounces"]
    for code, name, few in (("E1", "clicks", 5000), ("E4", "opens", 100_000)):
        if (rate := rates.get(name)) and rate.messages and (target := _next(name, rate.used, chosen)):
            yield code, "engagement", "medium" if rate.used < few else "low", name, target
    if people and people.events and people.used > best["unsubscribes"]:
        grade = _grade(people.used, (PPM, 10_000, 5000))
        yield "E2", "engagement", grade, "unsubscribes", best["unsubscribes"]


def _grade(used: int, steps: tuple[int, int, int]) -> Severity:
    for severity, step in zip(SEVERITIES, steps, strict=False):
        if used >= step:
            return severity
    return "low"


def _next(name: str, used: int, chosen: Model) -> int | None:
    """The next anchor of the curve: a goal within reach."""
    return next((ppm for ppm, _ in chosen.rates[name].curve if ppm > used), None)


def _kind_of_bounces(one: Member) -> str:
    """Refusals by policy above 1 %, full or slow mailboxes above 5 % while hard ones are few, or a stale list."""
    plain, messages = one.sums.plain, one.sums.plain["bounce_base"]
    if plain["blocked"] * 100 > messages:
        return "B2"
    soft_only = (plain["hard"] + plain["bounced"]) * 50 < messages
    return "B3" if soft_only and plain["soft"] * 20 > messages else "B1"


def _values(rate: Rate, target: int) -> dict[str, Any]:
    return {"events": rate.events, "messages": rate.messages, "used_ppm": rate.used, "target_ppm": target}


def _gaps(domain: str | None, rates: Mapping[str, Rate], one: Member) -> Iterator[Hint]:
    """What is not known: it takes no points, and knowing it makes the score surer."""
    delivered, told = one.sums.plain["delivered"], one.facts.reported_spam_ppm is not None
    if delivered and not rates["complaints"].messages and not told:
        yield Hint("C3", "complaints", "info", {"messages": delivered}, Changes(), domain)
    if delivered and one.facts.engagement and "opens" not in rates:
        yield Hint("E3", "engagement", "info", {"messages": delivered}, Changes(), domain)
    if surge := _surge(one.facts):
        yield Hint("V1", "engagement", "info", surge, Changes(), domain)


def _surge(facts: Facts) -> dict[str, int] | None:
    """The latest day above three times the median of the fourteen before it, for somebody who began of late."""
    days = sorted((one.day, one.sent) for one in facts.days if one.sent)
    if len(days) < 4 or (days[-1][0] - days[0][0]).days > 30:
        return None
    last, sent = days[-1]
    before = sorted(number for day, number in days[:-1] if (last - day).days <= 14)
    median = before[len(before) // 2] if before else 0
    return {"sent": sent, "median": median} if median and sent > 3 * median else None


def _about_records(domain: str, facts: Facts) -> Iterator[Hint]:
    found, grave = facts.authentication, "critical" if facts.bulk else "high"
    if found.spf not in (None, "covers"):
        severity = {"neutral": "medium", "pass_all": "critical"}.get(found.spf, grave)
        yield _record(f"A-spf-{found.spf}", severity, domain, spf="covers")
    if found.dkim not in (None, "strong"):
        yield _record(f"A-dkim-{found.dkim}", "medium" if found.dkim == "fair" else grave, domain, dkim="strong")
    if found.fcrdns is False:
        yield _record("A-fcrdns", "high" if found.own_ip else "info", domain, fcrdns=True)
    yield from _about_dmarc(domain, facts, grave)


def _about_dmarc(domain: str, facts: Facts, grave: str) -> Iterator[Hint]:
    found = facts.authentication
    if found.dmarc in ("absent", "invalid"):
        start = {"dmarc": "none", "dmarc_rua": True, "dmarc_aligned": True, "dmarc_testing": False}
        yield _record(f"A-dmarc-{found.dmarc}", grave, domain, **start)
    elif found.dmarc is not None and not found.dmarc_aligned:
        yield _record("A-dmarc-unaligned", grave, domain, dmarc_aligned=True)
    elif found.dmarc is not None:
        stronger = {"none": "quarantine", "quarantine": "reject"}.get(found.dmarc)
        if stronger and not found.dmarc_testing:
            yield _record(f"A-dmarc-p-{found.dmarc}", "medium", domain, dmarc=stronger)
        if found.dmarc_testing and found.dmarc != "none":
            yield _record("A-dmarc-testing", "medium", domain, dmarc_testing=False)
        if not found.dmarc_rua:
            yield _record("A-dmarc-rua", "medium", domain, dmarc_rua=True)


def _record(code: str, severity: Any, domain: str, **changed: Any) -> Hint:
    return Hint(code, "authentication", severity, {"domain": domain}, Changes(authentication=changed), domain)


GRAVITY: dict[str, Severity] = {"A": "critical", "B": "high", "C": "medium", "D": "info"}


def _about_listings(domain: str, facts: Facts) -> Iterator[Hint]:
    for one in sorted(set(facts.listings or ())):
        gone = Changes(unlisted=frozenset({(one.list, one.asset)}))
        values = {"list": one.list, "asset": one.asset, "tier": one.tier, "domain": domain}
        yield Hint(_way_off(one), "blocklists", GRAVITY[one.tier], values, gone, domain)


def _way_off(one: Listing) -> str:
    if one.tier == "D":
        return "L-nothing"
    return "L-shared" if one.shared else "L-own"

"""From sending domains to the account: the mean by volume, but never far above the worst domain that matters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mailwarden.deliverability.score.rules import facts as spelling
from mailwarden.deliverability.score.rules.caps import HUNDREDTHS, Cap
from mailwarden.deliverability.score.rules.changes import Changes, apply
from mailwarden.deliverability.score.rules.confidence import confidence, describe
from mailwarden.deliverability.score.rules.counting import clean, count, rates
from mailwarden.deliverability.score.rules.facts import Day, Facts
from mailwarden.deliverability.score.rules.model import CURRENT, UNIT, Model, model
from mailwarden.deliverability.score.rules.scoring import Line, Result, judge

WORST = "worst_domain"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """``domains``: facts with the mail that is known to be theirs. ``mail``: whose domain nobody tells.

    The latter could be of any domain, so that each is judged by it, too; its volume is divided evenly.
    """

    mail: tuple[Day, ...] = ()
    domains: Mapping[str, Facts] = field(default_factory=dict)

    def only(self, domain: str) -> "Portfolio":
        """Raises KeyError."""
        return Portfolio(self.mail, {domain: self.domains[domain]})

    def facts(self) -> dict[str | None, Facts]:
        """What each is judged by; without any domain, the mail alone."""
        if not self.domains:
            return {None: Facts(days=self.mail)}
        return {name: replace(one, days=(*one.days, *self.mail)) for name, one in sorted(self.domains.items())}

    def changed(self, changes: Changes, domain: str | None) -> "Portfolio":
        """``domain`` None: all of them."""
        asked = {name for name in self.domains if domain in (None, name)}
        return replace(
            self, domains={name: apply(one, changes) if name in asked else one for name, one in self.domains.items()}
        )


@dataclass(frozen=True, slots=True)
class Member:
    """``weight``: decayed volume, in units of ``UNIT``."""

    domain: str | None
    weight: int
    result: Result


@dataclass(frozen=True, slots=True)
class Account:
    result: Result
    members: tuple[Member, ...]


def roll_up(portfolio: Portfolio, as_of: date, version: str = CURRENT, changes: Changes | None = None) -> Account:
    """``changes`` are for an account without any domain, whose facts are only made here. Raises UnknownVersion."""
    chosen = model(version)
    shared = count(portfolio.mail, as_of, chosen).decayed["sent"] // max(1, len(portfolio.domains))
    members = []
    for name, found in portfolio.facts().items():
        one = found if changes is None else apply(found, changes)
        sums = count(one.days, as_of, chosen)
        own = portfolio.domains[name].days if name is not None else ()
        weight = count(own, as_of, chosen).decayed["sent"] + shared
        members.append(Member(name, weight, judge(one, sums, as_of, chosen)))
    if len(members) == 1:
        return Account(members[0].result, tuple(members))
    return Account(_together(members, _all_mail(portfolio), as_of, chosen), tuple(members))


def _all_mail(portfolio: Portfolio) -> Facts:
    own = [day for one in portfolio.domains.values() for day in one.days]
    assumed: dict[str, int] = {}
    for one in portfolio.domains.values():
        assumed |= one.assumed
    return Facts(days=(*own, *portfolio.mail), assumed=assumed)


def _together(members: Sequence[Member], mail: Facts, as_of: date, chosen: Model) -> Result:
    weights = [one.weight for one in members]
    if not any(weights):
        weights = [1] * len(members)
    lines = _mean(members, weights)
    earned = sum(one.points for one in lines)
    worst = Cap(_worst(members, weights, chosen) + chosen.above_worst * HUNDREDTHS, WORST)
    points, held = min(earned, worst.points), earned > worst.points
    lines[-1] = replace(lines[-1], points=lines[-1].points + points - earned)
    sums, known = count(mail.days, as_of, chosen), any(one.result.score is not None for one in members)
    used = rates(mail, sums, chosen)
    return Result(
        version=chosen.version,
        as_of=as_of,
        score=points // HUNDREDTHS if known else None,
        band=chosen.band(points // HUNDREDTHS) if known else None,
        points=points,
        provisional=clean(sums) < chosen.evidence.enough * UNIT,
        confidence=confidence(sums, chosen),
        volume=sums.decayed["sent"],
        lines=tuple(lines),
        caps=(*([worst] if held else []), *_binding(members)),
        rates=tuple(describe(name, used[name], sums, chosen) for name in chosen.rates if name in used),
    )


def _worst(members: Sequence[Member], weights: Sequence[int], chosen: Model) -> int:
    """Of those that carry enough of the mail; one always does not stand behind all the others."""
    least = sum(weights) * chosen.worst_from_permille
    heavy = [one.result.points for one, weight in zip(members, weights, strict=True) if weight * 1000 >= least]
    return min(heavy or [one.result.points for one in members])


def _binding(members: Iterable[Member]) -> list[Cap]:
    found = ((one.domain, one.result.cap) for one in members)
    return sorted(replace(cap, domain=domain) for domain, cap in found if cap is not None)


def _mean(members: Sequence[Member], weights: Sequence[int]) -> list[Line]:
    """Rounded so that the lines add up exactly to the mean rounded down."""
    whole = sum(weights)
    lines: list[Line] = []
    so_far, most, given_points, given_most = 0, 0, 0, 0
    for column in zip(*(one.result.lines for one in members), strict=True):
        so_far += sum(line.points * weight for line, weight in zip(column, weights, strict=True))
        most += sum(line.max * weight for line, weight in zip(column, weights, strict=True))
        points, top = so_far // whole - given_points, most // whole - given_most
        lines.append(Line(column[0].name, any(line.assessed for line in column), points, top))
        given_points, given_most = given_points + points, given_most + top
    return lines


def dump(portfolio: Portfolio) -> dict[str, Any]:
    """The inputs of a score as they are stored."""
    mail = spelling.dump(Facts(days=portfolio.mail))
    domains = {name: spelling.dump(one) for name, one in sorted(portfolio.domains.items())}
    return {"counts": mail["counts"], "mail": mail["days"], "domains": domains}


def load(data: Mapping[str, Any]) -> Portfolio:
    empty = spelling.dump(Facts())
    mail = spelling.load({**empty, "counts": data["counts"], "days": data["mail"]})
    return Portfolio(mail.days, {name: spelling.load(one) for name, one in sorted(data["domains"].items())})

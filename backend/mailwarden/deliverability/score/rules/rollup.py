"""From sending domains to the account: the mean by volume, but never far above the worst domain that matters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mailwarden.deliverability.score.rules import facts as spelling
from mailwarden.deliverability.score.rules.caps import HUNDREDTHS, Cap
from mailwarden.deliverability.score.rules.changes import Changes, apply
from mailwarden.deliverability.score.rules.confidence import confidence, describe
from mailwarden.deliverability.score.rules.counting import Sums, clean, count, rates
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
    """``weight``: decayed volume, in units of ``UNIT``. ``facts`` and ``sums`` are what the result was judged by."""

    domain: str | None
    weight: int
    facts: Facts
    sums: Sums
    result: Result


@dataclass(frozen=True, slots=True)
class Account:
    """``mail``: all of it, for the rates of the whole."""

    result: Result
    members: tuple[Member, ...]
    mail: Facts

    def only(self, domain: str) -> "Account":
        """Raises KeyError."""
        for one in self.members:
            if one.domain == domain:
                return Account(one.result, (one,), one.facts)
        raise KeyError(domain)


def roll_up(portfolio: Portfolio, as_of: date, version: str = CURRENT) -> Account:
    """Raises UnknownVersion."""
    chosen = model(version)
    shared = count(portfolio.mail, as_of, chosen).decayed["sent"] // max(1, len(portfolio.domains))
    members = []
    for name, found in portfolio.facts().items():
        own = portfolio.domains[name].days if name is not None else ()
        weight = count(own, as_of, chosen).decayed["sent"] + shared
        sums = count(found.days, as_of, chosen)
        members.append(Member(name, weight, found, sums, judge(found, sums, as_of, chosen)))
    return _account(tuple(members), _all_mail(portfolio), as_of, chosen)


def what_if(account: Account, changes: Changes, domain: str | None = None) -> Account:
    """``domain`` None: every one is changed so. Nothing is counted again."""
    as_of, chosen = account.result.as_of, model(account.result.version)
    members = tuple(
        _changed(one, apply(one.facts, changes), as_of, chosen) if domain in (None, one.domain) else one
        for one in account.members
    )
    mail = account.mail if domain is not None else replace(account.mail, assumed=changes.rates)
    return _account(members, mail, as_of, chosen)


def _changed(one: Member, found: Facts, as_of: date, chosen: Model) -> Member:
    return replace(one, facts=found, result=judge(found, one.sums, as_of, chosen))


def _account(members: tuple[Member, ...], mail: Facts, as_of: date, chosen: Model) -> Account:
    if len(members) == 1:
        return Account(members[0].result, members, mail)
    return Account(_together(members, mail, as_of, chosen), members, mail)


def _all_mail(portfolio: Portfolio) -> Facts:
    own = [day for one in portfolio.domains.values() for day in one.days]
    return Facts(days=(*own, *portfolio.mail))


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
    """Rounded so that the lines add up exactly to the mean rounded down, and none has more than it may."""
    whole = sum(weights)
    columns = list(zip(*(one.result.lines for one in members), strict=True))
    tops = _shares(
        [sum(line.max * weight for line, weight in zip(one, weights, strict=True)) for one in columns], whole
    )
    sums = [sum(line.points * weight for line, weight in zip(one, weights, strict=True)) for one in columns]
    return [
        Line(column[0].name, any(line.assessed for line in column), points, top)
        for column, points, top in zip(columns, _shares(sums, whole, tops), tops, strict=True)
    ]


def _shares(sums: Sequence[int], whole: int, most: Sequence[int] | None = None) -> list[int]:
    """Each rounded down; what is left of the sum of all goes one by one to who lost the most and may have it."""
    given = [one // whole for one in sums]
    for _ in range(sum(sums) // whole - sum(given)):
        open_ = (at for at in range(len(sums)) if most is None or given[at] < most[at])
        given[max(open_, key=lambda at: sums[at] - given[at] * whole)] += 1
    return given


def dump(portfolio: Portfolio) -> dict[str, Any]:
    """The inputs of a score as they are stored."""
    mail = spelling.dump(Facts(days=portfolio.mail))
    domains = {name: spelling.dump(one) for name, one in sorted(portfolio.domains.items())}
    return {"counts": mail["counts"], "mail": mail["days"], "domains": domains}


def load(data: Mapping[str, Any]) -> Portfolio:
    empty = spelling.dump(Facts())
    mail = spelling.load({**empty, "counts": data["counts"], "days": data["mail"]})
    return Portfolio(mail.days, {name: spelling.load(one) for name, one in sorted(data["domains"].items())})

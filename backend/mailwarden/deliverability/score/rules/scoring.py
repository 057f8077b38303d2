"""Facts in, a score with every number it is made of out. Pure: no clock, no locale, no floating point."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from mailwarden.deliverability.score.rules.caps import HUNDREDTHS, Cap, caps
from mailwarden.deliverability.score.rules.confidence import Confidence, Rate, confidence, describe
from mailwarden.deliverability.score.rules.counting import Sums, clean, count, group_rate, rates
from mailwarden.deliverability.score.rules.facts import Day, Facts
from mailwarden.deliverability.score.rules.fixed import Ratio, parts_of
from mailwarden.deliverability.score.rules.model import CURRENT, LINES, UNIT, Model, model
from mailwarden.deliverability.score.rules.parts import shares

LIMIT = "limit"
FULL = 100 * HUNDREDTHS


@dataclass(frozen=True, slots=True)
class PartPoints:
    """In 1/100 point. ``max`` and ``points`` are 0 for what is not assessed: the others then weigh more."""

    name: str
    assessed: bool
    points: int
    max: int


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    assessed: bool
    points: int
    max: int
    parts: tuple[PartPoints, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """``score`` None: nothing at all is known. ``lines`` are the five components and the limit; they add up to
    ``points`` (1/100), and the score is that rounded down once. ``provisional``: not enough data yet."""

    version: str
    as_of: date
    score: int | None
    band: str | None
    points: int
    provisional: bool
    confidence: Confidence
    volume: int
    lines: tuple[Line, ...]
    caps: tuple[Cap, ...]
    rates: tuple[Rate, ...]

    @property
    def cap(self) -> Cap | None:
        """The one that binds."""
        return self.caps[0] if self.caps and self.lines[-1].points < 0 else None


def score(facts: Facts, as_of: date, version: str = CURRENT) -> Result:
    """Raises UnknownVersion."""
    chosen = model(version)
    return judge(facts, count(facts.days, as_of, chosen), as_of, chosen)


def judge(facts: Facts, sums: Sums, as_of: date, chosen: Model) -> Result:
    """``sums`` apart, since a what-if changes anything but the counts."""
    used = rates(facts, sums, chosen)
    lines = _lines(shares(facts, used, chosen), chosen)
    holding = caps(facts, used, _groups(facts, as_of, chosen), clean(sums), chosen)
    earned = sum(one.points for one in lines)
    points = min(earned, holding[0].points) if holding else earned
    known = _anything_known(facts, sums)
    return Result(
        version=chosen.version,
        as_of=as_of,
        score=points // HUNDREDTHS if known else None,
        band=chosen.band(points // HUNDREDTHS) if known else None,
        points=points,
        provisional=clean(sums) < chosen.evidence.enough * UNIT,
        confidence=confidence(sums, chosen),
        volume=sums.decayed["sent"],
        lines=(*lines, Line(LIMIT, True, points - earned, 0)),
        caps=tuple(holding),
        rates=tuple(describe(name, used[name], sums, chosen) for name in chosen.rates if name in used),
    )


def _groups(facts: Facts, as_of: date, chosen: Model) -> dict[str, Ratio]:
    days: dict[str, list[Day]] = {}
    for one in facts.groups:
        days.setdefault(one.name, []).extend(one.days)
    return {name: group_rate(name, count(mail, as_of, chosen), facts, chosen) for name, mail in days.items()}


def _anything_known(facts: Facts, sums: Sums) -> bool:
    found = facts.authentication
    definite = (found.spf, found.dkim, found.dmarc, found.fcrdns, facts.listings)
    return sums.plain["sent"] > 0 or any(one is not None for one in definite)


def _lines(earned: Mapping[str, Ratio | None], chosen: Model) -> list[Line]:
    """What is not assessed is left out, and the maxima of the rest grow to 100 points together."""
    sizes = [0 if earned[part.name] is None else part.max for part in chosen.parts]
    found: dict[str, list[PartPoints]] = {name: [] for name in LINES}
    for part, most in zip(chosen.parts, parts_of(FULL, sizes), strict=True):
        share = earned[part.name]
        points = 0 if share is None else most * share[0] // share[1]
        found[part.line].append(PartPoints(part.name, share is not None, points, most))
    return [_line(name, parts) for name, parts in found.items()]


def _line(name: str, parts: list[PartPoints]) -> Line:
    points, most = sum(one.points for one in parts), sum(one.max for one in parts)
    return Line(name, any(one.assessed for one in parts), points, most, tuple(parts))


def dump_result(result: Result) -> dict[str, Any]:
    """As it is stored: whole numbers and words."""
    return {**asdict(result), "as_of": result.as_of.isoformat()}

"""From results to what the API answers: words beside numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from mailwarden.deliverability.score import schemas
from mailwarden.deliverability.score.models import ScoreSnapshot
from mailwarden.deliverability.score.reading import Standing
from mailwarden.deliverability.score.rules.advice import Advice
from mailwarden.deliverability.score.rules.changes import Changes
from mailwarden.deliverability.score.rules.confidence import Rate
from mailwarden.deliverability.score.rules.facts import Facts
from mailwarden.deliverability.score.rules.fixed import PPM
from mailwarden.deliverability.score.rules.rollup import Account
from mailwarden.deliverability.score.rules.scoring import Line, Result
from mailwarden.deliverability.score.rules.texts import BANDS, LINES, NO_SCORE, PARTS, PROVISIONAL, cap_text, tell
from mailwarden.deliverability.score.worst import Worst


def score_out(
    found: Standing, domain: str | None, advice: Sequence[Advice], campaigns: Mapping[str, Worst]
) -> schemas.ScoreOut:
    result = found.scope.result
    return schemas.ScoreOut(
        **words_of(result),
        domain=domain,
        version=result.version,
        as_of=result.as_of,
        computed_at=found.computed_at,
        lines=lines_out(result),
        caps=caps_out(result),
        rates=[_rate(one) for one in result.rates],
        facts=[_facts(one.domain, one.facts) for one in found.scope.members if one.domain is not None],
        domains=[] if domain else domains_out(found.account),
        recommendations=[_recommendation(one, campaigns) for one in advice],
    )


def words_of(one: Result | ScoreSnapshot) -> dict[str, Any]:
    """The fields of ``Standing``. Number and word are of one result, so that they never disagree (E7)."""
    label, advice = BANDS[one.band] if one.band else ("No score", NO_SCORE)
    unsure = one.provisional and one.score is not None
    return {
        "score": one.score,
        "band": one.band,
        "label": f"{label} (provisional)" if unsure else label,
        "advice": advice,
        "points": one.points,
        "provisional": one.provisional,
        "note": NO_SCORE if one.score is None else PROVISIONAL if unsure else None,
        "confidence": one.confidence,
    }


def lines_out(result: Result) -> list[schemas.LineOut]:
    return [_line(one) for one in result.lines]


def _line(one: Line) -> schemas.LineOut:
    label, explanation = LINES[one.name]
    parts = [schemas.PartOut(label=PARTS[part.name], **asdict(part)) for part in one.parts]
    return schemas.LineOut(
        name=cast(schemas.LineName, one.name),
        label=label,
        explanation=explanation,
        assessed=one.assessed,
        points=one.points,
        max=one.max,
        parts=parts,
    )


def caps_out(result: Result) -> list[schemas.CapOut]:
    return [
        schemas.CapOut(
            name=one.name, at_most=one.points, text=cap_text(one.name), domain=one.domain, binding=one == result.cap
        )
        for one in result.caps
    ]


def _rate(one: Rate) -> schemas.RateOut:
    return schemas.RateOut(
        name=cast(schemas.RateName, one.name),
        used=one.used / PPM,
        observed=None if one.observed is None else one.observed / PPM,
        low=one.low / PPM,
        high=one.high / PPM,
        events=one.events,
        messages=one.messages,
    )


def _facts(domain: str, one: Facts) -> schemas.FactsOut:
    listings = None if one.listings is None else [schemas.ListedOut.model_validate(each) for each in one.listings]
    authentication = schemas.AuthenticationOut.model_validate(one.authentication)
    return schemas.FactsOut(domain=domain, bulk=one.bulk, authentication=authentication, listings=listings)


def domains_out(account: Account) -> list[schemas.DomainScore]:
    members = [one for one in account.members if one.domain is not None]
    whole = sum(one.weight for one in members)
    return [
        schemas.DomainScore(
            domain=one.domain or "",
            score=one.result.score,
            band=cast(schemas.Band | None, one.result.band),
            points=one.result.points,
            provisional=one.result.provisional,
            share=round(one.weight / whole if whole else 1 / len(members), 4),
        )
        for one in members
    ]


def _recommendation(one: Advice, campaigns: Mapping[str, Worst]) -> schemas.RecommendationOut:
    title, text = tell(one.hint)
    worst = campaigns.get(one.hint.code)
    return schemas.RecommendationOut(
        code=one.hint.code,
        line=cast(schemas.LineName, one.hint.line),
        severity=one.hint.severity,
        domain=one.hint.domain,
        title=title,
        text=text,
        gain=one.gain,
        score_after=one.score_after,
        change=_change(one.hint.changes),
        campaign=schemas.CampaignShare.model_validate(worst) if worst else None,
    )


def _change(one: Changes) -> schemas.Change:
    return schemas.Change(
        rates={cast(schemas.RateName, name): ppm / PPM for name, ppm in one.rates.items()},
        authentication=schemas.AuthenticationChange(**one.authentication),
        bulk=one.bulk,
        unlisted=[schemas.Unlisted(list=name, asset=asset) for name, asset in sorted(one.unlisted)],
        all_unlisted=one.all_unlisted,
    )


def changes_of(asked: schemas.Change) -> Changes:
    """The inverse: shares become whole parts of a million."""
    return Changes(
        rates={name: round(share * PPM) for name, share in asked.rates.items()},
        authentication=asked.authentication.model_dump(exclude_none=True),
        bulk=asked.bulk,
        unlisted=frozenset((one.list, one.asset) for one in asked.unlisted),
        all_unlisted=asked.all_unlisted,
    )


def outcome(result: Result) -> schemas.Outcome:
    return schemas.Outcome(**words_of(result), lines=lines_out(result), caps=caps_out(result))


def day_out(row: ScoreSnapshot) -> schemas.ScoreDay:
    points = {one["name"]: one["points"] for one in row.result["lines"]}
    return schemas.ScoreDay(
        **words_of(row), day=row.day, version=row.version, cap=row.cap, lines=points, computed_at=row.computed_at
    )

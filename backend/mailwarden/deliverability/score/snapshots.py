"""Today's score, stored with what it was made of; the past is computed again from that and nothing else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.ids import new_id
from mailwarden.deliverability.score.models import ACCOUNT, ScoreSnapshot
from mailwarden.deliverability.score.queries import latest_snapshot
from mailwarden.deliverability.score.rules.facts import spell
from mailwarden.deliverability.score.rules.rollup import Account, Portfolio, dump, load, roll_up
from mailwarden.deliverability.score.rules.scoring import Result, dump_result
from mailwarden.deliverability.score.sources import Sources, gather
from mailwarden.events.record import record
from mailwarden.events.types import EventType


@dataclass(frozen=True, slots=True)
class Taken:
    account: Account
    changed: int


async def current(tx: UnitOfWork, org_id: UUID, now: datetime, sources: Sources) -> Portfolio:
    before = await latest_snapshot(tx.session, org_id)
    return await gather(tx, org_id, now, sources, load(before.inputs) if before else Portfolio())


async def take(tx: UnitOfWork, org_id: UUID, now: datetime, sources: Sources) -> Taken:
    """Stores the account's and each domain's score of today, and tells of those that are not what they were."""
    portfolio, day = await current(tx, org_id, now, sources), now.astimezone(UTC).date()
    account = roll_up(portfolio, day)
    if account.result.score is None and not portfolio.domains and await latest_snapshot(tx.session, org_id) is None:
        return Taken(account, 0)
    changed: int = await _keep(tx, org_id, ACCOUNT, day, portfolio, account.result)
    for one in account.members:
        if one.domain is not None:
            changed += await _keep(tx, org_id, one.domain, day, portfolio.only(one.domain), one.result)
    return Taken(account, changed)


async def _keep(tx: UnitOfWork, org_id: UUID, domain: str, day: date, portfolio: Portfolio, result: Result) -> bool:
    before = await latest_snapshot(tx.session, org_id, domain, upto=day)
    row = _row(org_id, domain, day, portfolio, result)
    if before is not None and before.day == day and _spelled(before) == (spell(row["inputs"]), spell(row["result"])):
        return False
    was = _standing(before.score, before.band, before.day, provisional=before.provisional) if before else None
    made = insert(ScoreSnapshot).values(row)
    kept = {name: made.excluded[name] for name in row if name not in ("id", "org_id", "domain", "day")}
    await tx.session.execute(made.on_conflict_do_update(index_elements=["org_id", "domain", "day"], set_=kept))
    if was is not None and (was["score"], was["band"]) != (result.score, result.band):
        await _tell(tx, domain, was, result)
    return True


def _spelled(row: ScoreSnapshot) -> tuple[bytes, bytes]:
    return spell(row.inputs), spell(row.result)


def _row(org_id: UUID, domain: str, day: date, portfolio: Portfolio, result: Result) -> dict[str, Any]:
    cap = result.cap
    return {
        "id": new_id(),
        "org_id": org_id,
        "domain": domain,
        "day": day,
        "version": result.version,
        "inputs": dump(portfolio),
        "result": dump_result(result),
        "score": result.score,
        "band": result.band,
        "points": result.points,
        "cap": cap.name if cap else None,
        "confidence": result.confidence,
        "provisional": result.provisional,
        "computed_at": app_now(),
    }


async def _tell(tx: UnitOfWork, domain: str, was: dict[str, Any], result: Result) -> None:
    """``domain`` null: the account."""
    now = _standing(result.score, result.band, result.as_of, provisional=result.provisional)
    data = {"domain": domain or None, "version": result.version, "from": was, "to": now}
    await record(tx, EventType.SCORE_CHANGED, data=data)


def _standing(score: int | None, band: str | None, day: date, *, provisional: bool) -> dict[str, Any]:
    return {"score": score, "band": band, "day": day.isoformat(), "provisional": provisional}


def recompute(row: ScoreSnapshot, version: str | None = None) -> Account:
    """The score of that day from its stored inputs, by its own version of the formula or by another one."""
    return roll_up(load(row.inputs), row.day, version or row.version)

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import Caller, DataReader, require
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.errors import NotFound
from mailwarden.core.paging import Page
from mailwarden.deliverability.score.models import ACCOUNT
from mailwarden.deliverability.score.output import changes_of, day_out, outcome, score_out
from mailwarden.deliverability.score.queries import snapshots
from mailwarden.deliverability.score.reading import standing
from mailwarden.deliverability.score.rules.advice import advise
from mailwarden.deliverability.score.rules.rollup import what_if
from mailwarden.deliverability.score.schemas import Domain, HistoryQuery, ScoreDay, ScoreOut, WhatIf, WhatIfOut
from mailwarden.deliverability.score.worst import worst_campaigns

router = APIRouter(prefix="/v1/deliverability", tags=["deliverability"])
Asker = Annotated[Caller, Depends(require("data:read"))]


@router.get("/score", responses=errors(404))
async def get_deliverability_score(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    domain: Annotated[Domain | None, Query(description="A sending domain; without it, the whole account.")] = None,
) -> ScoreOut:
    """The score with the lines that add up to it, what holds it down, and what to do next, best first."""
    found = await standing(rt, tx, caller.org_id, domain)
    advice = advise(found.scope)
    campaigns = await worst_campaigns(tx, caller.org_id, rt.clock.now(), [one.hint.code for one in advice])
    return score_out(found, domain, advice, campaigns)


@router.get("/history", responses=errors(400))
async def list_deliverability_history(
    rt: Rt, tx: Reader, caller: DataReader, page: Annotated[HistoryQuery, Query()]
) -> Page[ScoreDay]:
    """One score a day, newest first, each by the formula of its time."""
    scope, last = f"score|{page.domain}|{page.first}|{page.last}", page.last
    if page.cursor is not None:
        [before] = rt.cursors.decode(caller.org_id, scope, page.cursor)
        last = date.fromisoformat(before) - timedelta(days=1)
    found = await snapshots(
        tx.session, caller.org_id, page.domain or ACCOUNT, first=page.first, last=last, limit=page.limit + 1
    )
    shown, more = found[: page.limit], len(found) > page.limit
    position = [shown[-1].day.isoformat()] if more else None
    return Page(
        data=[day_out(row) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )


@router.post("/what-if", responses=errors(404))
async def try_deliverability_change(asked: WhatIf, rt: Rt, tx: Tx, caller: Asker) -> WhatIfOut:
    """The score as it would be with other rates or facts. Nothing is stored."""
    found = await standing(rt, tx, caller.org_id, asked.domain)
    if asked.of is not None and asked.of not in {one.domain for one in found.scope.members}:
        raise NotFound(f"{asked.of} is not among the domains of this score.")
    before = found.scope.result
    after = what_if(found.scope, changes_of(asked.change), asked.of).result
    return WhatIfOut(
        domain=asked.domain,
        as_of=before.as_of,
        version=before.version,
        now=outcome(before),
        then=outcome(after),
        gain=after.points - before.points,
    )

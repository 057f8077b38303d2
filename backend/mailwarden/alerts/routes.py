from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.alerts import queries
from mailwarden.alerts.models import Alert
from mailwarden.alerts.schemas import AlertOut, AlertQuery, UnreadCount
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import AlertId
from mailwarden.core.paging import Page

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
Watcher = Annotated[Caller, Depends(require_read("alerts:read"))]
Reads = Annotated[Caller, Depends(require("alerts:read"))]


def alert_out(row: Alert, mailed: list[str]) -> AlertOut:
    return AlertOut.model_validate(
        {
            **{name: getattr(row, name) for name in AlertOut.model_fields if hasattr(row, name)},
            "provider": row.card.get("provider"),
            "card": row.card or None,
            "mailed_to": mailed,
        }
    )


@router.get("", responses=errors(400))
async def list_alerts(rt: Rt, tx: Reader, caller: Watcher, page: Annotated[AlertQuery, Query()]) -> Page[AlertOut]:
    """Newest first."""
    scope = f"alerts|{page.kind}|{page.unread}"
    after = None
    if page.cursor is not None:
        at, last = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = datetime.fromisoformat(at), UUID(last)
    rows = await queries.list_alerts(tx, caller.org_id, page, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    mailed = await queries.mailed_to(tx, caller.org_id, [row.id for row in shown])
    position = [shown[-1].created_at.isoformat(), str(shown[-1].id)] if more else None
    return Page(
        data=[alert_out(row, mailed.get(row.id, [])) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )


@router.get("/unread-count", responses=errors())
async def count_unread_alerts(tx: Reader, caller: Watcher) -> UnreadCount:
    return UnreadCount(unread=await queries.count_unread(tx, caller.org_id))


@router.post("/read-all", responses=errors())
async def mark_all_alerts_read(tx: Tx, caller: Reads) -> UnreadCount:
    """For the whole organization: a notice that somebody dealt with is dealt with."""
    await queries.mark_all_read(tx, caller.org_id)
    return UnreadCount(unread=0)


@router.post("/{alert_id}/read", responses=errors(404))
async def mark_alert_read(alert_id: AlertId, tx: Tx, caller: Reads) -> AlertOut:
    row = await queries.mark_read(tx, caller.org_id, alert_id)
    mailed = await queries.mailed_to(tx, caller.org_id, [row.id])
    return alert_out(row, mailed.get(row.id, []))

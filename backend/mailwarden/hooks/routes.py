from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import Caller, require_read
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.paging import Page
from mailwarden.hooks.queries import list_log
from mailwarden.hooks.schemas import HookLogOut, HookLogQuery

router = APIRouter(prefix="/v1/diagnostics", tags=["diagnostics"])
Diagnostician = Annotated[Caller, Depends(require_read("diagnostics:read"))]


@router.get("/webhooks", responses=errors(400))
async def list_webhooks(
    rt: Rt, tx: Reader, caller: Diagnostician, page: Annotated[HookLogQuery, Query()]
) -> Page[HookLogOut]:
    """What providers told us about this organization's connections, and what came of it. Newest first."""
    scope = f"webhooks|{page.provider}|{page.connection_id}"
    after = None
    if page.cursor is not None:
        at, last = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = datetime.fromisoformat(at), UUID(last)
    rows = await list_log(tx, caller.org_id, page, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    position = [shown[-1].HookLog.received_at.isoformat(), str(shown[-1].HookLog.id)] if more else None
    return Page(
        data=[_out(row) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )


def _out(row: Any) -> HookLogOut:
    entry, label, duplicates = row
    kept = {name: getattr(entry, name) for name in HookLogOut.model_fields if hasattr(entry, name)}
    took = round((entry.handled_at - entry.received_at).total_seconds() * 1000)
    return HookLogOut(**kept, account_label=label, duplicates=duplicates or 0, duration_ms=max(0, took))

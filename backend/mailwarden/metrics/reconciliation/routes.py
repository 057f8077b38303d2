from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from mailwarden.accounts.caller import Caller, DataReader, require
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.core.api import Reader, Rt, Tx, Wire, errors
from mailwarden.core.ids import ConnectionId, ReconciliationId
from mailwarden.core.paging import Page, Paging
from mailwarden.metrics.reconciliation.schedule import start_now
from mailwarden.metrics.reconciliation.schemas import ReconciliationOut
from mailwarden.metrics.reconciliation.store import get_row, list_rows

router = APIRouter(prefix="/v1/metrics/reconciliation", tags=["metrics"])
Manager = Annotated[Caller, Depends(require("syncs:write"))]


class ReconciliationCreate(Wire):
    connection_id: ConnectionId = Field(description="The account whose totals are to be compared.")


def shown(row: Any) -> ReconciliationOut:
    one, provider, label, zone = row
    names = [name for name in ReconciliationOut.model_fields if hasattr(one, name)]
    told = {name: getattr(one, name) for name in names}
    return ReconciliationOut(**told, provider=provider, account_label=label, account_time_zone=zone)


@router.get("", responses=errors(400))
async def list_reconciliations(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    connection_id: Annotated[list[ConnectionId] | None, Query(max_length=100)] = None,
) -> Page[ReconciliationOut]:
    """Comparisons of our figures with the providers' own totals, newest first."""
    wanted: list[UUID] = sorted(connection_id or [])
    scope = f"reconciliations|{wanted}"
    after = None
    if page.cursor is not None:
        created_at, last_id = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = (datetime.fromisoformat(created_at), UUID(last_id))
    rows = await list_rows(tx.session, caller.org_id, wanted, page.limit + 1, after)
    following = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1][0]
        following = rt.cursors.encode(caller.org_id, scope, [last.created_at.isoformat(), str(last.id)])
    data = [shown(row) for row in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)


@router.get("/{reconciliation_id}", responses=errors(404))
async def get_reconciliation(reconciliation_id: ReconciliationId, tx: Reader, caller: DataReader) -> ReconciliationOut:
    return shown(await get_row(tx.session, caller.org_id, reconciliation_id))


@router.post("", status_code=202, responses=errors(402, 404, 409))
async def start_reconciliation(body: ReconciliationCreate, rt: Rt, tx: Tx, caller: Manager) -> ReconciliationOut:
    """Compares now. While one comparison of the account runs, that one is returned."""
    connection: Connection = await get_connection(tx, caller.org_id, body.connection_id)
    row = await start_now(rt, tx, connection, caller.user_id)
    return shown((row, connection.provider, connection.account_label, connection.account_time_zone))

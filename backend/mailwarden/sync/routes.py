from collections.abc import AsyncIterable
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse

from mailwarden.accounts.caller import Caller, DataReader, require, still_allowed
from mailwarden.connections.access import owned_connection, readable_connection
from mailwarden.connections.models import Connection
from mailwarden.connections.schemas import DisconnectPreview
from mailwarden.core.api import Reader, Rt, Tx, errors, request_id
from mailwarden.core.ids import ConnectionId, SyncId
from mailwarden.core.paging import Page, Paging
from mailwarden.sync.output import follow, journal_page, run_out, run_page
from mailwarden.sync.preview import preview_disconnect
from mailwarden.sync.queries import RunFilter, get_run
from mailwarden.sync.schemas import JournalEntryOut, SyncRunOut
from mailwarden.sync.start import start_manual

router = APIRouter(prefix="/v1", tags=["syncs"])
WRITE = "syncs:write"
Manager = Annotated[Caller, Depends(require(WRITE))]
Owned = Annotated[Connection, Depends(owned_connection(WRITE))]
Seen = Annotated[Connection, Depends(readable_connection("data:read"))]
RunStatus = Literal["queued", "running", "success", "failed"]


async def seen_run(sync_id: SyncId, tx: Reader, caller: DataReader) -> Any:
    return await get_run(tx, caller.org_id, sync_id)


SeenRun = Annotated[Any, Depends(seen_run)]


@router.post("/connections/{connection_id}/syncs", status_code=202, responses=errors(402, 404, 409))
async def start_sync(connection: Owned, request: Request, rt: Rt, tx: Tx, caller: Manager) -> SyncRunOut:
    """Starts a manual sync. While one runs, that one is returned: there is never a second."""
    run = await start_manual(rt, tx, connection, caller.user_id, request_id(request))
    return run_out((run, connection.provider, connection.account_label))


@router.get("/connections/{connection_id}/syncs", responses=errors(400, 404))
async def list_connection_syncs(connection: Seen, rt: Rt, tx: Reader, page: Paging) -> Page[SyncRunOut]:
    """The sync log of one account, newest first."""
    return await run_page(rt, tx, connection.org_id, RunFilter(connection.id), page)


@router.get("/connections/{connection_id}/disconnect-preview", responses=errors(404))
async def get_disconnect_preview(connection: Seen, tx: Reader) -> DisconnectPreview:
    """What a disconnect stops, resets and keeps, told before the click."""
    return await preview_disconnect(tx, connection)


@router.get("/syncs", responses=errors(400))
async def list_syncs(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    connection_id: ConnectionId | None = None,
    status: RunStatus | None = None,
    type: Annotated[Literal["manual", "auto"] | None, Query()] = None,
) -> Page[SyncRunOut]:
    """The sync log of all accounts, newest first."""
    return await run_page(rt, tx, caller.org_id, RunFilter(connection_id, status, type), page)


@router.get("/syncs/{sync_id}", responses=errors(404))
async def get_sync(run: SeenRun) -> SyncRunOut:
    return run_out(run)


@router.get("/syncs/{sync_id}/events", response_class=EventSourceResponse, responses=errors(404))
async def stream_sync(run: SeenRun, rt: Rt, caller: DataReader) -> AsyncIterable[SyncRunOut]:
    """The run each time it has changed, as server-sent events; ends after the final state, or with the session."""
    async for state in follow(rt, run[0].org_id, run[0].id, partial(still_allowed, rt, caller, "data:read")):
        yield state


@router.get("/syncs/{sync_id}/journal", responses=errors(400, 404))
async def list_sync_journal(run: SeenRun, rt: Rt, tx: Reader, page: Paging) -> Page[JournalEntryOut]:
    """What the run asked, what came, and what it changed, in order."""
    return await journal_page(rt, tx, run[0].org_id, run[0].id, page)

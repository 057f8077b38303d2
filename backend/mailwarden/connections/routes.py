from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import RedirectResponse

from mailwarden.accounts.caller import Caller, StatusReader, require
from mailwarden.billing.gate import access_of
from mailwarden.connections import views
from mailwarden.connections.access import (
    Own,
    managed_apart,
    managed_connection,
    owned_connection,
    readable_connection,
    who_comes_back,
    who_connects,
)
from mailwarden.connections.asking import ask_to_reconnect
from mailwarden.connections.callback import finish_authorization
from mailwarden.connections.connect import start_authorization
from mailwarden.connections.live_test import test_now
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.schemas import (
    AskedOut,
    AttemptOut,
    AuthorizeOut,
    ConnectionOut,
    ConnectionUpdate,
    ConnectStart,
    IntegrationList,
    ReceiptOut,
    ReconnectStart,
    RetestList,
    TestOut,
    TransitionOut,
    UsabilityOut,
)
from mailwarden.connections.service import disconnect, update_settings
from mailwarden.connections.usability import usability_out
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import AttemptId, ConnectionId
from mailwarden.core.paging import Page, PageQuery

router = APIRouter(prefix="/v1", tags=["connections"])
Connecting = Annotated[Caller, Depends(who_connects)]
ComingBack = Annotated[Caller, Depends(who_comes_back)]
ManagerApart = Annotated[Caller, Depends(managed_apart)]
Managed = Annotated[Connection, Depends(managed_connection)]
ASK = "connections:ask"
Asking = Annotated[Caller, Depends(require(ASK))]
Asked = Annotated[Connection, Depends(owned_connection(ASK))]
Seen = Annotated[Connection, Depends(readable_connection("status:read"))]
Paging = Annotated[PageQuery, Query()]


@router.get("/integrations", responses=errors())
async def list_integrations(rt: Rt, tx: Reader, caller: StatusReader) -> IntegrationList:
    return await views.list_integrations(rt, tx, caller.org_id)


@router.get("/integrations/retests", responses=errors())
async def list_retests(tx: Reader, caller: StatusReader) -> RetestList:
    """What the tests found that ran by themselves when the organization became active again."""
    return await views.list_retests(tx, caller.org_id)


@router.post("/integrations/{provider}/connect", responses=errors(402, 404, 409))
async def start_connect(provider: str, body: ConnectStart, rt: Rt, tx: Tx, caller: Connecting) -> AuthorizeOut:
    """Send the browser to ``authorize_url``. It comes back to the page of the integration."""
    return await start_authorization(rt, tx, caller, provider, body)


@router.get("/oauth/callback/{provider}", status_code=303, response_class=RedirectResponse, responses=errors())
async def oauth_callback(
    provider: str,
    rt: Rt,
    caller: ComingBack,
    state: Annotated[str | None, Query(max_length=500)] = None,
    code: Annotated[str | None, Query(max_length=4000)] = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
    error_description: Annotated[str | None, Query(max_length=1000)] = None,
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> RedirectResponse:
    """For the provider's consent page. Leads into the app: ``?connected=conn_…`` or ``?attempt=oat_…``."""
    answer = views.ConsentAnswer(state, code, error, error_description, iss)
    return RedirectResponse(await finish_authorization(rt, caller, provider, answer), 303)


@router.get("/oauth/attempts/{attempt_id}", responses=errors(404))
async def get_oauth_attempt(attempt_id: AttemptId, rt: Rt, tx: Reader, caller: StatusReader) -> AttemptOut:
    return await views.get_attempt(rt, tx, caller.org_id, attempt_id)


@router.get("/connections", responses=errors(400))
async def list_connections(rt: Rt, tx: Reader, caller: StatusReader, page: Paging) -> Page[ConnectionOut]:
    return await views.list_connections(rt, tx, caller.org_id, page)


@router.get("/connections/{connection_id}", responses=errors(404))
async def get_connection(row: Seen, response: Response, tx: Reader) -> ConnectionOut:
    response.headers["ETag"] = etag(row.version)
    return await views.describe(tx, row)


@router.patch("/connections/{connection_id}", responses=errors(404, 409, 412, 428))
async def update_connection(
    row: Managed, caller: Own, body: ConnectionUpdate, version: IfMatch, response: Response, tx: Tx
) -> ConnectionOut:
    changed = await update_settings(tx, row, version, body, caller.user_id)
    response.headers["ETag"] = etag(changed.version)
    return await views.describe(tx, changed)


@router.post("/connections/{connection_id}/test", responses=errors(402, 404, 409))
async def test_connection(connection_id: ConnectionId, rt: Rt, caller: ManagerApart) -> TestOut:
    """A live check on the same path that real work takes."""
    return await test_now(rt, caller.org_id, connection_id)


@router.post("/connections/{connection_id}/reconnect", responses=errors(402, 404, 409))
async def start_reconnect(body: ReconnectStart, row: Managed, rt: Rt, tx: Tx, caller: Own) -> AuthorizeOut:
    """Same connection, same settings. Another account's consent changes nothing."""
    return await start_authorization(rt, tx, caller, row.provider, body, row)


@router.post("/connections/{connection_id}/ask-reconnect", responses=errors(404, 409))
async def ask_reconnect(row: Asked, rt: Rt, tx: Tx, caller: Asking) -> AskedOut:
    """For whoever may not reconnect it: tells the owners and managers, by one alert and one mail an hour at most."""
    return await ask_to_reconnect(rt, tx, row, caller.user_id)


@router.delete("/connections/{connection_id}", responses=errors(404))
async def disconnect_connection(row: Managed, rt: Rt, tx: Tx, caller: Own) -> ConnectionOut:
    """Stops syncing. Campaigns and figures stay. Raises no alert."""
    return await views.describe(tx, await disconnect(rt, tx, row, caller.user_id))


@router.get("/connections/{connection_id}/history", responses=errors(400, 404))
async def list_connection_history(row: Seen, rt: Rt, tx: Reader, page: Paging) -> Page[TransitionOut]:
    return await views.list_history(rt, tx, row, page)


@router.get("/connections/{connection_id}/usability", responses=errors(404))
async def get_connection_usability(row: Seen, rt: Rt, tx: Reader, purpose: Purpose = Purpose.SYNC) -> UsabilityOut:
    return usability_out(row, purpose, rt.clock.now(), await access_of(rt, tx, row.org_id))


@router.get("/connections/{connection_id}/receipts", responses=errors(400, 404))
async def list_reconnect_receipts(row: Seen, rt: Rt, tx: Reader, page: Paging) -> Page[ReceiptOut]:
    return await views.list_receipts(rt, tx, row, page)

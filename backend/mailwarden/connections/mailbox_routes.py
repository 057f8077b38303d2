from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts.caller import Caller
from mailwarden.connections.access import OWN, managed_apart, require_apart
from mailwarden.connections.mailbox_connect import connect_mailbox, renew_credentials, test_mailbox_settings
from mailwarden.connections.mailbox_discover import discover_mailbox
from mailwarden.connections.mailbox_schemas import (
    CredentialsIn,
    DiscoverIn,
    DiscoverOut,
    MailboxConnectOut,
    MailboxIn,
    MailboxTestOut,
)
from mailwarden.core.api import Rt, errors
from mailwarden.core.ids import ConnectionId

router = APIRouter(prefix="/v1", tags=["connections"])
OwnApart = Annotated[Caller, Depends(require_apart(OWN))]
ManagedApart = Annotated[Caller, Depends(managed_apart)]


@router.post("/integrations/imap/discover", responses=errors(422, 429))
async def discover_servers(body: DiscoverIn, rt: Rt, caller: OwnApart) -> DiscoverOut:
    """Finds the servers for an address, and says whether Google or Microsoft had better be connected directly."""
    return await discover_mailbox(rt, caller, body.address)


@router.post("/integrations/imap/test", responses=errors(402, 422, 429))
async def test_mailbox(body: MailboxIn, rt: Rt, caller: OwnApart) -> MailboxTestOut:
    """Tries both servers, one answer per step. Nothing is sent and nothing is stored."""
    return await test_mailbox_settings(rt, caller, body)


@router.post("/integrations/imap/connect", responses=errors(402, 422, 429))
async def connect_by_password(body: MailboxIn, rt: Rt, caller: OwnApart) -> MailboxConnectOut:
    """The same test; the mailbox is connected if every step passes."""
    return await connect_mailbox(rt, caller, body)


@router.post("/connections/{connection_id}/credentials", responses=errors(402, 404, 409, 422, 429))
async def renew_password(
    connection_id: ConnectionId, body: CredentialsIn, rt: Rt, caller: ManagedApart
) -> MailboxConnectOut:
    """A new password for the same mailbox: connection, settings and history stay."""
    return await renew_credentials(rt, caller, connection_id, body)

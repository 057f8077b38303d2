from typing import Annotated

from fastapi import APIRouter, Query, Response

from mailwarden.accounts.caller import StatusReader
from mailwarden.connections.access import Own
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import MailboxId
from mailwarden.core.paging import Page, Paging
from mailwarden.mailboxes import views
from mailwarden.mailboxes.queries import MailboxFilter, get_slot
from mailwarden.mailboxes.schemas import MailboxDetailOut, MailboxOut, MailboxStatus
from mailwarden.mailboxes.service import change_settings, reserve
from mailwarden.mailboxes.settings import MailboxUpdate

router = APIRouter(prefix="/v1", tags=["mailboxes"])


@router.get("/mailboxes", responses=errors(400))
async def list_mailboxes(
    rt: Rt,
    tx: Reader,
    caller: StatusReader,
    page: Paging,
    provider: Annotated[str | None, Query(max_length=40, description="Only mailboxes of this provider.")] = None,
    status: Annotated[MailboxStatus | None, Query(description="Only slots in this state.")] = None,
) -> Page[MailboxOut]:
    """Every slot by its number, with its status and what the caller may do with it."""
    return await views.list_page(rt, tx, caller, MailboxFilter(provider, status), page)


@router.get("/mailboxes/{mailbox_id}", responses=errors(404))
async def get_mailbox(mailbox_id: MailboxId, tx: Reader, caller: StatusReader, response: Response) -> MailboxDetailOut:
    """With its settings and their defaults. The ETag is for changing them."""
    held = await get_slot(tx, caller.org_id, mailbox_id)
    response.headers["ETag"] = etag(held[0].version)
    return await views.detail_out(tx, caller, held)


@router.patch("/mailboxes/{mailbox_id}", responses=errors(404, 409, 412, 428))
async def update_mailbox(
    mailbox_id: MailboxId, body: MailboxUpdate, tx: Tx, caller: Own, version: IfMatch, response: Response
) -> MailboxDetailOut:
    """Only what is given changes; null sets the default again. Members change their own mailbox."""
    held = await change_settings(tx, caller, mailbox_id, version, body)
    response.headers["ETag"] = etag(held[0].version)
    return await views.detail_out(tx, caller, held)


@router.post("/mailboxes/{mailbox_id}/reserve", responses=errors(404, 409))
async def reserve_mailbox(mailbox_id: MailboxId, rt: Rt, tx: Tx, caller: Own) -> MailboxOut:
    """Before connecting: the caller's next mailbox goes into this empty slot, within fifteen minutes."""
    return views.mailbox_out(caller, await reserve(rt, tx, caller, mailbox_id), None)

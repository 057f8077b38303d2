from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts import audit
from mailwarden.accounts.caller import DataReader
from mailwarden.connections.access import readable_connection
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import OutreachAccountId, OutreachCampaignId
from mailwarden.outreach.access import NOT_ARCHIVED, Held, Sender, not_theirs_to_send_from, require_room, require_state
from mailwarden.outreach.queries import accounts_of, get_account, get_campaign
from mailwarden.outreach.service import target
from mailwarden.outreach.trouble import stakes, views, words
from mailwarden.outreach.trouble.re_adding import re_add
from mailwarden.outreach.trouble.schemas import OutreachReAddedOut, OutreachTroubleOut, PausedByConnectionList

router = APIRouter(prefix="/v1", tags=["outreach"])
COUNTED_BY = stakes.count  # importing it lets the preview of a disconnect count campaigns
Seen = Annotated[Connection, Depends(readable_connection("data:read"))]


@router.get("/outreach-campaigns/{campaign_id}/trouble", responses=errors(404))
async def get_outreach_trouble(
    campaign_id: OutreachCampaignId, rt: Rt, tx: Reader, caller: DataReader
) -> OutreachTroubleOut:
    """Each account with its clock, how many recipients are at stake until when, and what to do."""
    return await views.trouble_of(rt, tx, await get_campaign(tx, caller.org_id, campaign_id))


@router.post("/outreach-campaigns/{campaign_id}/accounts/{account_id}/re-add", responses=errors(404, 409))
async def re_add_outreach_account(
    account_id: OutreachAccountId, rt: Rt, tx: Tx, caller: Sender, campaign: Held
) -> OutreachReAddedOut:
    """Back on the FROM list. Within the hour it keeps its recipients; later only those are left whom nobody wrote to.

    While the account is still disconnected this is remembered, and done with the reconnect: one click for both.
    """
    require_state(campaign, *NOT_ARCHIVED)
    account = await get_account(tx, caller.org_id, campaign.id, account_id)
    if refused := not_theirs_to_send_from(caller, await get_connection(tx, caller.org_id, account.connection_id)):
        raise refused
    account = await get_account(tx, caller.org_id, campaign.id, account_id, lock=True)
    if account.state == "removed":
        require_room(campaign, await accounts_of(tx, caller.org_id, campaign.id))
    was = account.state
    done = await re_add(rt, tx, campaign, account)
    if account.state != was:
        await audit.record(tx, "outreach_campaign.account_added", target(campaign), after={"address": account.address})
    return OutreachReAddedOut(
        account_id=account.id,
        state=account.state,
        waits=done.waits,
        recipients_kept=done.kept,
        recipients_free=done.free,
        detail=words.re_added(waits=done.waits, kept=done.kept, free=done.free),
    )


@router.get("/connections/{connection_id}/campaigns-paused", responses=errors(404))
async def list_campaigns_paused(rt: Rt, tx: Reader, connection: Seen) -> PausedByConnectionList:
    """To be shown right after a reconnect: what waits to be resumed, and where the account has to be re-added."""
    return await views.paused_by(rt, tx, connection)

from typing import Annotated

from fastapi import APIRouter, Query

from mailwarden.accounts.caller import DataReader
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import OutreachCampaignId, OutreachRecipientId
from mailwarden.core.paging import Page, Paging
from mailwarden.outreach import recipients
from mailwarden.outreach.access import Held
from mailwarden.outreach.preview import preview
from mailwarden.outreach.queries import get_campaign
from mailwarden.outreach.recipient_schemas import (
    OutreachAddedOut,
    OutreachRecipientOut,
    OutreachRecipientsIn,
    PersonState,
)
from mailwarden.outreach.schemas import OutreachPreviewOut

router = APIRouter(prefix="/v1/outreach-campaigns/{campaign_id}", tags=["outreach"])


@router.get("/recipients", responses=errors(400, 404))
async def list_outreach_recipients(
    campaign_id: OutreachCampaignId,
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    state: Annotated[PersonState | None, Query(description="Only recipients in this state.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of an address or a name.")] = None,
) -> Page[OutreachRecipientOut]:
    """In the order in which they were added."""
    row = await get_campaign(tx, caller.org_id, campaign_id)
    return await recipients.list_page(rt, tx, row, (state, q), page)


@router.post("/recipients", responses=errors(404, 409))
async def add_outreach_recipients(body: OutreachRecipientsIn, tx: Tx, row: Held) -> OutreachAddedOut:
    """Up to 1,000 at once; files go by an import. Who is in the campaign already stays as they are."""
    return await recipients.add(tx, row, body.recipients)


@router.get("/recipients/{recipient_id}", responses=errors(404))
async def get_outreach_recipient(
    campaign_id: OutreachCampaignId, recipient_id: OutreachRecipientId, tx: Reader, caller: DataReader
) -> OutreachRecipientOut:
    """One recipient, with what comes next."""
    found = await recipients.get_recipient(tx, caller.org_id, campaign_id, recipient_id)
    return OutreachRecipientOut.model_validate(found)


@router.delete("/recipients/{recipient_id}", status_code=204, responses=errors(404, 409))
async def remove_outreach_recipient(recipient_id: OutreachRecipientId, tx: Tx, row: Held) -> None:
    """Only who had no mail of the campaign yet; others can be skipped."""
    await recipients.remove(tx, row, recipient_id)


@router.post("/recipients/{recipient_id}/skip", responses=errors(404, 409))
async def skip_outreach_recipient(recipient_id: OutreachRecipientId, tx: Tx, row: Held) -> OutreachRecipientOut:
    """They get nothing more of this campaign."""
    return OutreachRecipientOut.model_validate(await recipients.skip(tx, row, recipient_id))


@router.post("/recipients/{recipient_id}/unskip", responses=errors(404, 409))
async def unskip_outreach_recipient(recipient_id: OutreachRecipientId, tx: Tx, row: Held) -> OutreachRecipientOut:
    """They go on with the step that is next."""
    return OutreachRecipientOut.model_validate(await recipients.unskip(tx, row, recipient_id))


@router.get("/preview", responses=errors(404))
async def preview_outreach_mail(
    campaign_id: OutreachCampaignId,
    tx: Reader,
    caller: DataReader,
    step: Annotated[int, Query(ge=1, le=30, description="Its number.")],
    recipient_id: Annotated[OutreachRecipientId, Query(description="For whom.")],
) -> OutreachPreviewOut:
    """A mail as this recipient would get it, and which fields are missing."""
    return await preview(tx, caller.org_id, campaign_id, step, recipient_id)

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mailwarden.accounts.caller import DataReader
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import OutreachAccountId, OutreachCampaignId
from mailwarden.core.paging import Page, Paging
from mailwarden.core.runtime import Runtime
from mailwarden.outreach import accounts, control, service, views
from mailwarden.outreach.access import Held, Sender
from mailwarden.outreach.check import hindrances
from mailwarden.outreach.models import OutreachCampaign
from mailwarden.outreach.pace import pace_of
from mailwarden.outreach.queries import get_campaign
from mailwarden.outreach.schemas import (
    CampaignState,
    OutreachAccountIn,
    OutreachCampaignCreate,
    OutreachCampaignDetailOut,
    OutreachCampaignOut,
    OutreachCampaignUpdate,
    OutreachCheckOut,
    OutreachCopy,
    OutreachPaceList,
    OutreachResumeAll,
    OutreachResumedOut,
    OutreachStart,
    OutreachStepsIn,
)
from mailwarden.outreach.steps import replace_steps

router = APIRouter(prefix="/v1/outreach-campaigns", tags=["outreach"])
Detail = OutreachCampaignDetailOut


async def _told(rt: Runtime, tx: Tx, caller: Sender, row: OutreachCampaign, response: Response) -> Detail:
    response.headers["ETag"] = etag(row.version)
    return await views.detail(rt, tx, caller, row)


@router.get("", responses=errors(400))
async def list_outreach_campaigns(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    state: Annotated[CampaignState | None, Query(description="Only campaigns in this state.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the name.")] = None,
) -> Page[OutreachCampaignOut]:
    """All of the organization, newest first, with their figures."""
    return await views.list_page(rt, tx, caller, (state, q), page)


@router.post("", status_code=201, responses=errors())
async def create_outreach_campaign(
    body: OutreachCampaignCreate, rt: Rt, tx: Tx, caller: Sender, response: Response
) -> Detail:
    """A draft. Steps, accounts and recipients follow."""
    return await _told(rt, tx, caller, await service.create(tx, caller, body), response)


@router.post("/resume", responses=errors(404))
async def resume_outreach_campaigns(body: OutreachResumeAll, rt: Rt, tx: Tx, caller: Sender) -> OutreachResumedOut:
    """Those named, or all that trouble paused; one that cannot go on yet hinders no other, and is told with why."""
    return await control.resume_all(rt, tx, caller, body.campaign_ids)


@router.get("/{campaign_id}", responses=errors(404))
async def get_outreach_campaign(
    campaign_id: OutreachCampaignId, rt: Rt, tx: Reader, caller: DataReader, response: Response
) -> Detail:
    """With its steps, accounts and figures. The ETag is for changing it."""
    return await _told(rt, tx, caller, await get_campaign(tx, caller.org_id, campaign_id), response)


@router.patch("/{campaign_id}", responses=errors(404, 409, 412, 428))
async def update_outreach_campaign(
    body: OutreachCampaignUpdate, rt: Rt, tx: Tx, caller: Sender, row: Held, version: IfMatch, response: Response
) -> Detail:
    """Acts at once, also while it runs."""
    await service.change(tx, row, version, body)
    return await _told(rt, tx, caller, row, response)


@router.delete("/{campaign_id}", status_code=204, responses=errors(404, 409))
async def delete_outreach_campaign(tx: Tx, row: Held) -> None:
    """Drafts only. Others are archived: what was sent stays."""
    await service.remove(tx, row)


@router.post("/{campaign_id}/copy", status_code=201, responses=errors(404))
async def copy_outreach_campaign(
    campaign_id: OutreachCampaignId, body: OutreachCopy, rt: Rt, tx: Tx, caller: Sender, response: Response
) -> Detail:
    """A draft with the same steps, accounts and settings, which belongs to whoever copied."""
    made = await service.copy(tx, caller, await get_campaign(tx, caller.org_id, campaign_id), body)
    return await _told(rt, tx, caller, made, response)


@router.put("/{campaign_id}/steps", responses=errors(404, 409, 412, 428))
async def set_outreach_steps(
    body: OutreachStepsIn, rt: Rt, tx: Tx, caller: Sender, row: Held, version: IfMatch, response: Response
) -> Detail:
    """All steps, in order. One that somebody got already stays as it is."""
    await replace_steps(tx, row, version, body.steps)
    return await _told(rt, tx, caller, row, response)


@router.post("/{campaign_id}/accounts", responses=errors(404, 409))
async def add_outreach_account(
    body: OutreachAccountIn, rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response
) -> Detail:
    """Puts a mailbox on the FROM list, or back on it."""
    await accounts.add(rt, tx, caller, row, body.mailbox_id)
    return await _told(rt, tx, caller, row, response)


@router.delete("/{campaign_id}/accounts/{account_id}", responses=errors(404, 409))
async def remove_outreach_account(
    account_id: OutreachAccountId, rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response
) -> Detail:
    """Takes it off the FROM list. Who had mail from it waits for it; who had none is free for the others."""
    await accounts.remove(rt, tx, row, account_id)
    return await _told(rt, tx, caller, row, response)


@router.get("/{campaign_id}/check", responses=errors(404))
async def check_outreach_campaign(
    campaign_id: OutreachCampaignId, rt: Rt, tx: Reader, caller: DataReader
) -> OutreachCheckOut:
    """Everything that hinders the start, by name."""
    found = await hindrances(rt, tx, await get_campaign(tx, caller.org_id, campaign_id))
    return OutreachCheckOut(ready=not found, hindrances=found)


@router.get("/{campaign_id}/pace", responses=errors(404))
async def get_outreach_pace(
    campaign_id: OutreachCampaignId, rt: Rt, tx: Reader, caller: DataReader
) -> OutreachPaceList:
    """How much of its daily limit each account of the FROM list has used today."""
    row = await get_campaign(tx, caller.org_id, campaign_id)
    return OutreachPaceList(data=await pace_of(tx, row, rt.clock.now()))


@router.post("/{campaign_id}/start", responses=errors(402, 404, 409))
async def start_outreach_campaign(
    body: OutreachStart, rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response
) -> Detail:
    """With two accounts or more it becomes a rotation, for ever. What hinders is answered as 409, all at once."""
    await control.start(rt, tx, row, skip_missing=body.skip_missing)
    return await _told(rt, tx, caller, row, response)


@router.post("/{campaign_id}/pause", responses=errors(404, 409))
async def pause_outreach_campaign(rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response) -> Detail:
    """Once this is answered no mail of it is begun."""
    await control.pause(rt, tx, row)
    return await _told(rt, tx, caller, row, response)


@router.post("/{campaign_id}/resume", responses=errors(402, 404, 409))
async def resume_outreach_campaign(rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response) -> Detail:
    """Goes on where it stopped: no step twice, none left out."""
    await control.resume(rt, tx, row)
    return await _told(rt, tx, caller, row, response)


@router.post("/{campaign_id}/archive", responses=errors(404, 409))
async def archive_outreach_campaign(rt: Rt, tx: Tx, caller: Sender, row: Held, response: Response) -> Detail:
    """For ever. Its figures stay."""
    await control.archive(tx, row)
    return await _told(rt, tx, caller, row, response)

from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts.caller import Caller, DataReader
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.ids import OutreachCampaignId, OutreachImportId
from mailwarden.outreach.access import SEND
from mailwarden.outreach.imports import service
from mailwarden.outreach.imports.schemas import (
    OutreachImportCountsOut,
    OutreachImportIn,
    OutreachImportOut,
    OutreachMapping,
)

router = APIRouter(prefix="/v1/outreach-campaigns/{campaign_id}/imports", tags=["outreach"])
SenderApart = Annotated[Caller, Depends(require_apart(SEND))]


@router.post("", status_code=201, responses=errors(404, 409, 413))
async def upload_outreach_import(
    campaign_id: OutreachCampaignId, body: OutreachImportIn, rt: Rt, caller: SenderApart
) -> OutreachImportOut:
    """Looks at a file: encoding, delimiter, columns, first rows and a mapping to begin with. Nothing is added yet."""
    return await service.upload(rt, caller, campaign_id, body)


@router.get("/{import_id}", responses=errors(404))
async def get_outreach_import(
    campaign_id: OutreachCampaignId, import_id: OutreachImportId, tx: Reader, caller: DataReader
) -> OutreachImportOut:
    """The upload again, and what came of it."""
    return await service.show(tx, caller.org_id, campaign_id, import_id)


@router.post("/{import_id}/check", responses=errors(404, 409))
async def check_outreach_import(
    campaign_id: OutreachCampaignId, import_id: OutreachImportId, body: OutreachMapping, rt: Rt, caller: SenderApart
) -> OutreachImportCountsOut:
    """A trial: the exact counts of what an import with this mapping would do, and the first errors by row."""
    return await service.run(rt, caller, (campaign_id, import_id), body.mapping, store=False)


@router.post("/{import_id}/run", responses=errors(404, 409))
async def run_outreach_import(
    campaign_id: OutreachCampaignId, import_id: OutreachImportId, body: OutreachMapping, rt: Rt, caller: SenderApart
) -> OutreachImportCountsOut:
    """Takes the rows over. If it breaks off, the same again adds the rest: who is there is counted as a duplicate."""
    return await service.run(rt, caller, (campaign_id, import_id), body.mapping, store=True)

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import DataReader
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.ids import CampaignId, ConnectionId
from mailwarden.core.moments import Moment
from mailwarden.core.paging import Page, Paging
from mailwarden.metrics.listing import CampaignSort, list_page, observation_page
from mailwarden.metrics.output import campaign_out
from mailwarden.metrics.queries import CampaignFilter, get_campaign_row
from mailwarden.metrics.schemas import CampaignOut, CampaignPage, ObservationOut

router = APIRouter(prefix="/v1", tags=["metrics"])
SentFrom = Annotated[Moment | None, Query(description="Sent at this time or later.")]
SentTo = Annotated[Moment | None, Query(description="Sent before this time.")]


async def campaign_filter(
    connection_id: Annotated[list[ConnectionId] | None, Query(max_length=100)] = None,
    provider: Annotated[list[str] | None, Query(max_length=20)] = None,
    sent_from: SentFrom = None,
    sent_to: SentTo = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Part of a name or subject, or the provider's id.")
    ] = None,
    archived: bool | None = None,
) -> CampaignFilter:
    return CampaignFilter(tuple(connection_id or ()), tuple(provider or ()), sent_from, sent_to, q or None, archived)


@router.get("/campaigns", responses=errors(400))
async def list_campaigns(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    wanted: Annotated[CampaignFilter, Depends(campaign_filter)],
    page: Paging,
    sort: CampaignSort = CampaignSort.SENT_AT_DOWN,
) -> CampaignPage:
    """Campaigns inside the history range of their connection, with figures as last observed."""
    return await list_page(rt, tx, caller.org_id, wanted, sort, page)


@router.get("/campaigns/{campaign_id}", responses=errors(404))
async def get_campaign(campaign_id: CampaignId, tx: Reader, caller: DataReader) -> CampaignOut:
    return campaign_out(await get_campaign_row(tx.session, caller.org_id, campaign_id))


@router.get("/campaigns/{campaign_id}/observations", responses=errors(400, 404))
async def list_observations(
    campaign_id: CampaignId, rt: Rt, tx: Reader, caller: DataReader, page: Paging
) -> Page[ObservationOut]:
    """Newest first: each time the figures had changed, and the sync that brought them."""
    row = await get_campaign_row(tx.session, caller.org_id, campaign_id)
    return await observation_page(rt, tx, caller.org_id, campaign_id, row.provider, page)

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import Caller, DataReader, require
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import ListingId
from mailwarden.core.paging import Page, Paging
from mailwarden.deliverability.blocklists.assets import assets_of
from mailwarden.deliverability.blocklists.output import asset_out, blocklists_out, listings_out
from mailwarden.deliverability.blocklists.queries import (
    ListingFilter,
    State,
    find_listings,
    get_listing,
    standings_of,
)
from mailwarden.deliverability.blocklists.schemas import (
    AssetOut,
    BlocklistsOut,
    CheckRequest,
    CheckStarted,
    ListingOut,
    StepChange,
)
from mailwarden.deliverability.blocklists.service import check_now, tick
from mailwarden.deliverability.blocklists.trust import all_known

router = APIRouter(prefix="/v1/blocklists", tags=["blocklists"])
WRITE = "domains:write"
Manager = Annotated[Caller, Depends(require(WRITE))]


@router.get("", responses=errors())
async def list_blocklists(rt: Rt, tx: Reader, _: DataReader) -> BlocklistsOut:
    """Every list with what its answers mean, whether it is asked and believed now, and those that are retired."""
    return blocklists_out(rt.config.blocklists, await all_known(tx))


@router.get("/assets", responses=errors(400))
async def list_blocklist_assets(rt: Rt, tx: Reader, caller: DataReader, page: Paging) -> Page[AssetOut]:
    """Your domains and the addresses that they send from, with what each list says of them."""
    every = [(f"{one.kind}|{one.name}", one) for one in await assets_of(tx, caller.org_id)]
    if page.cursor is not None:
        [last] = rt.cursors.decode(caller.org_id, "blocklist-assets", page.cursor)
        every = [(key, one) for key, one in every if key > last]
    shown = every[: page.limit]
    rows = await standings_of(tx, caller.org_id, {one.name for _, one in shown})
    more = len(every) > len(shown)
    return Page(
        data=[asset_out(one, rows, rt.clock.now()) for _, one in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, "blocklist-assets", [shown[-1][0]]) if more else None,
    )


@router.get("/listings", responses=errors(400))
async def list_blocklist_listings(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    status: State | None = None,
    asset: Annotated[str | None, Query(max_length=253)] = None,
) -> Page[ListingOut]:
    """Times that one of your addresses or domains was on a list, the latest first, with the way off it."""
    wanted = ListingFilter(status, asset)
    scope, after = f"listings|{wanted}", None
    if page.cursor is not None:
        at, last = rt.cursors.decode(caller.org_id, scope, page.cursor)
        after = (datetime.fromisoformat(at), UUID(last))
    rows = await find_listings(tx, caller.org_id, wanted, page.limit + 1, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    position = [shown[-1].first_seen_at.isoformat(), str(shown[-1].id)] if more else None
    return Page(
        data=await listings_out(rt, tx, caller.org_id, shown),
        has_more=more,
        next_cursor=rt.cursors.encode(caller.org_id, scope, position) if position else None,
    )


@router.get("/listings/{listing_id}", responses=errors(404))
async def get_blocklist_listing(listing_id: ListingId, rt: Rt, tx: Reader, caller: DataReader) -> ListingOut:
    """One time on a list, with the way off it."""
    [found] = await listings_out(rt, tx, caller.org_id, [await get_listing(tx, caller.org_id, listing_id)])
    return found


@router.patch("/listings/{listing_id}/checklist", responses=errors(404))
async def update_listing_checklist(
    listing_id: ListingId, body: StepChange, rt: Rt, tx: Tx, caller: Manager
) -> ListingOut:
    """Ticks a step, or takes the tick away. The last step, keeping watch, is ticked by us when the entry is gone."""
    row = await get_listing(tx, caller.org_id, listing_id, lock=True)
    await tick(rt, tx, row, body, caller.user_id)
    [found] = await listings_out(rt, tx, caller.org_id, [row])
    return found


@router.post("/check", status_code=202, responses=errors(402, 404))
async def check_blocklists(body: CheckRequest, rt: Rt, tx: Tx, caller: Manager) -> CheckStarted:
    """Asks the lists now. Only of addresses and domains of yours."""
    return await check_now(rt, tx, caller.org_id, body.asset)

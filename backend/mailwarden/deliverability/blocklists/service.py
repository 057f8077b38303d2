"""What people do about listings: ask the lists at once, and tick off the steps."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts.audit import Target, record
from mailwarden.billing.gate import require_work
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.assets import Asset, assets_of
from mailwarden.deliverability.blocklists.check import watch
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStep
from mailwarden.deliverability.blocklists.plan import pairs_of
from mailwarden.deliverability.blocklists.queries import hurry, standings_of
from mailwarden.deliverability.blocklists.rules.names import asset_of
from mailwarden.deliverability.blocklists.schemas import CheckStarted, StepChange


async def check_now(rt: Runtime, tx: UnitOfWork, org_id: UUID, name: str | None) -> CheckStarted:
    """Raises SubscriptionInactive; NotFound for what is not watched, so that nobody looks others up through us."""
    await require_work(rt, tx, org_id)
    assets = [one for one in await assets_of(tx, org_id) if name is None or _is(one, name)]
    if name is not None and not assets:
        raise NotFound("This is none of your domains, nor an address that they send from.")
    names = {one.name for one in assets}
    there = {(row.asset_kind, row.asset, row.list_key) for row in await standings_of(tx, org_id, names)}
    new = sum(pair.key not in there for pair in pairs_of(assets, rt.config.blocklists))
    questions = new + await hurry(tx, org_id, names)
    if questions:
        await watch(tx, org_id)
    await record(tx, "blocklists.checked", Target("blocklist_asset", label=name))
    return CheckStarted(assets=len(assets), questions=questions)


def _is(asset: Asset, name: str) -> bool:
    try:
        return asset.name == asset_of(asset.kind, name)
    except ValueError:
        return False


async def tick(rt: Runtime, tx: UnitOfWork, row: BlocklistListing, change: StepChange, user_id: UUID) -> None:
    values = {"done": change.done, "changed_by": user_id, "changed_at": rt.clock.now()}
    mine = {"id": new_id(), "org_id": row.org_id, "listing_id": row.id, "step": change.step}
    asked = insert(BlocklistStep).values(**mine, **values)
    keys = ["org_id", "listing_id", "step"]
    await tx.session.execute(asked.on_conflict_do_update(index_elements=keys, set_=values))
    label = f"{row.asset} on {row.list_key}"
    await record(tx, "listing.step_changed", Target("listing", row.id, label), after={change.step: change.done})

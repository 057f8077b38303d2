"""Blocklists, assets and listings as the wire shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Blocklists, Runtime
from mailwarden.deliverability.blocklists.assets import Asset, assets_of
from mailwarden.deliverability.blocklists.guide import Case, Guidance, Step, link_of, steps_of
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding, BlocklistStep
from mailwarden.deliverability.blocklists.plan import course_of
from mailwarden.deliverability.blocklists.queries import standings_of, steps_done
from mailwarden.deliverability.blocklists.registry import Blocklist, Face, Kind, registry
from mailwarden.deliverability.blocklists.rules.health import Known
from mailwarden.deliverability.blocklists.schemas import (
    AssetOut,
    AssetStandingOut,
    BlocklistOut,
    BlocklistsOut,
    ChecklistStepOut,
    CodeOut,
    ErrorCodeOut,
    HealthOut,
    ListingOut,
    RemovalOut,
    RetiredOut,
)
from mailwarden.deliverability.blocklists.trust import UNKNOWN, Key
from mailwarden.deliverability.blocklists.use import WHY, Use, use_of


def blocklists_out(wishes: Blocklists, known: Mapping[Key, Known]) -> BlocklistsOut:
    return BlocklistsOut(
        lists=[_blocklist(one, wishes, known) for one in registry().lists],
        retired=[RetiredOut.model_validate(one.model_dump()) for one in registry().retired],
    )


def _blocklist(one: Blocklist, wishes: Blocklists, known: Mapping[Key, Known]) -> BlocklistOut:
    use = use_of(one, wishes)
    return BlocklistOut(
        **{name: getattr(one, name) for name in ("key", "name", "zone", "ipv6", "access", "terms")},
        operator=registry().operators[one.operator],
        kind=one.kind.value,
        tier=one.tier.value,
        codes=[CodeOut(code=c.mark, meaning=c.meaning, tier=c.tier.value, cause=c.cause) for c in one.codes],
        errors=[ErrorCodeOut(code=c.mark, meaning=c.meaning) for c in one.errors],
        lookup_url=one.lookup_url,
        removal=RemovalOut.model_validate(one.removal.model_dump()),
        used=isinstance(use, Use),
        unused_why=None if isinstance(use, Use) else WHY[use],
        health=[_health(face, known.get((one.key, face), UNKNOWN)) for face in one.faces],
    )


def _health(face: Face, known: Known) -> HealthOut:
    return HealthOut(face=face.value, status=known.state.value, since=known.since, checked_at=known.at, why=known.why)


def _name_of(key: str) -> str:
    found = registry().find(key)
    return found.name if found else key


def standing_out(row: BlocklistStanding, now: datetime) -> AssetStandingOut:
    found = registry().find(row.list_key)
    status = ("listed" if row.listed else "clear") if course_of(row).is_assessed(now) else "unknown"
    return AssetStandingOut.model_validate(
        {
            "list_key": row.list_key,
            "list_name": _name_of(row.list_key),
            "tier": found.tier.value if found else "info",
            "lookup_url": link_of(found.lookup_url, row.asset) if found else None,
            "status": status,
            "suspected_since": row.turning_since,
            **{one: getattr(row, one) for one in ("verdict", "why", "asked_at", "definite_at", "due_at")},
        }
    )


def asset_out(asset: Asset, rows: Sequence[BlocklistStanding], now: datetime) -> AssetOut:
    lists = [standing_out(row, now) for row in rows if (row.asset_kind, row.asset) == (asset.kind, asset.name)]
    states = [one.status for one in lists]
    return AssetOut(
        kind=asset.kind.value,
        asset=asset.name,
        shared=asset.shared,
        domains=list(asset.domains),
        listed=states.count("listed"),
        clear=states.count("clear"),
        unknown=states.count("unknown"),
        lists=lists,
    )


async def listings_out(rt: Runtime, tx: UnitOfWork, org_id: UUID, rows: Sequence[BlocklistListing]) -> list[ListingOut]:
    assets = {(one.kind.value, one.name): one for one in await assets_of(tx, org_id)}
    ticks = await steps_done(tx, org_id, [row.id for row in rows])
    standings = await standings_of(tx, org_id, {row.asset for row in rows})
    known = {(one.asset_kind, one.asset, one.list_key): one for one in standings}
    return [
        _listing(
            row,
            assets.get((row.asset_kind, row.asset)),
            known.get((row.asset_kind, row.asset, row.list_key)),
            {step.step: (step, who) for step, who in ticks if step.listing_id == row.id},
            rt.clock.now(),
        )
        for row in rows
    ]


Ticks = Mapping[str, tuple[BlocklistStep, str]]


def _listing(
    row: BlocklistListing, asset: Asset | None, standing: BlocklistStanding | None, ticks: Ticks, now: datetime
) -> ListingOut:
    case = _case(row, asset)
    plain = ("id", "asset", "tier", "codes", "said", "first_seen_at", "confirmed_at", "last_seen_at")
    return ListingOut.model_validate(
        {
            **{name: getattr(row, name) for name in (*plain, "ended_at", "ending", "times")},
            "kind": row.asset_kind,
            "list_key": row.list_key,
            "list_name": _name_of(row.list_key),
            "operator": registry().operators.get(row.operator, row.operator),
            "shared": asset.shared if asset else None,
            "domains": list(asset.domains) if asset else [],
            "ends_by_itself_at": case.ends_by_itself_at if case else None,
            "latest": standing_out(standing, now) if standing else None,
            "checklist": [_step(one, row, ticks) for one in steps_of(case)] if case else [],
        }
    )


def _case(row: BlocklistListing, asset: Asset | None) -> Case | None:
    found = registry().find(row.list_key)
    if found is None:
        return None
    shared = asset.shared if asset else None
    return Case(found, row.asset, Kind(row.asset_kind), row.codes, shared, row.last_seen_at, row.ended_at)


def _step(one: Guidance, row: BlocklistListing, ticks: Ticks) -> ChecklistStepOut:
    said = {"step": one.step.value, "title": one.title, "text": one.text, "link": one.link}
    if one.step is Step.WATCH:
        done = row.ending == "delisted"
        return ChecklistStepOut.model_validate(
            said | {"automatic": True, "done": done, "changed_at": row.ended_at if done else None} | _NOBODY
        )
    tick = ticks.get(one.step)
    if tick is None:
        return ChecklistStepOut.model_validate(said | {"automatic": False, "done": False, "changed_at": None} | _NOBODY)
    step, who = tick
    by = {"changed_by": step.changed_by, "changed_by_name": who or None, "changed_at": step.changed_at}
    return ChecklistStepOut.model_validate(said | {"automatic": False, "done": step.done} | by)


_NOBODY = {"changed_by": None, "changed_by_name": None}

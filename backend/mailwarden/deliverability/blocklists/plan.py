"""Which asset is to be asked of which list now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select, update

from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Blocklists
from mailwarden.deliverability.blocklists.assets import Asset
from mailwarden.deliverability.blocklists.models import BlocklistListing, BlocklistStanding
from mailwarden.deliverability.blocklists.registry import Face, Kind
from mailwarden.deliverability.blocklists.rules.course import Course
from mailwarden.deliverability.blocklists.rules.names import face_of
from mailwarden.deliverability.blocklists.use import Use, in_use

AT_ONCE = 300  # then other organizations have their turn
Key = tuple[str, str, str]  # kind, asset, list


@dataclass(frozen=True, slots=True)
class Pair:
    asset: Asset
    use: Use
    face: Face

    @property
    def key(self) -> Key:
        return self.asset.kind, self.asset.name, self.use.blocklist.key


@dataclass(frozen=True, slots=True)
class Turn:
    """``courses``: of the pairs that were asked before. ``gone``: nobody wants to know of these any more."""

    pairs: tuple[Pair, ...]
    courses: dict[Key, Course]
    gone: tuple[Key, ...]
    more: bool


def pairs_of(assets: Iterable[Asset], wishes: Blocklists) -> Iterator[Pair]:
    uses = {kind: list(in_use(wishes, kind)) for kind in Kind}
    for asset in assets:
        face = face_of(asset.kind, asset.name)
        for use in uses[asset.kind]:
            if face in use.blocklist.faces:
                yield Pair(asset, use, face)


async def next_turn(tx: UnitOfWork, assets: Sequence[Asset], wishes: Blocklists, now: datetime) -> Turn:
    """Whoever waited longest first; those never asked before all others."""
    wanted = {pair.key: pair for pair in pairs_of(assets, wishes)}
    there = await _due_at(tx)
    due = sorted(key for key in wanted if key not in there)
    due += sorted((key for key in wanted if key in there and there[key] <= now), key=there.__getitem__)
    chosen = due[:AT_ONCE]
    rows = await standings(tx, [key for key in chosen if key in there])
    return Turn(
        tuple(wanted[key] for key in chosen),
        {key: course_of(row) for key, row in rows.items()},
        tuple(key for key in there if key not in wanted),
        len(due) > len(chosen),
    )


def course_of(row: BlocklistStanding) -> Course:
    return Course(row.listed, row.definite_at, row.turning_since)


async def _due_at(tx: UnitOfWork) -> dict[Key, datetime]:
    row = BlocklistStanding
    asked = select(row.asset_kind, row.asset, row.list_key, row.due_at).where(row.org_id == tx.org_id)
    return {(kind, asset, key): due_at for kind, asset, key, due_at in await tx.session.execute(asked)}


async def standings(tx: UnitOfWork, keys: Sequence[Key], *, lock: bool = False) -> dict[Key, BlocklistStanding]:
    row = BlocklistStanding
    if not keys:
        return {}
    names = {(kind, asset) for kind, asset, _ in keys}
    of_these = or_(*(and_(row.asset_kind == kind, row.asset == asset) for kind, asset in sorted(names)))
    asked = select(row).where(row.org_id == tx.org_id, of_these).order_by(row.id)
    found = await tx.session.scalars(asked.with_for_update() if lock else asked)
    wanted = set(keys)
    every = {(one.asset_kind, one.asset, one.list_key): one for one in found}
    return {key: one for key, one in every.items() if key in wanted}


async def first_due(tx: UnitOfWork) -> datetime | None:
    row = BlocklistStanding
    return await tx.session.scalar(select(func.min(row.due_at)).where(row.org_id == tx.org_id))


async def forget(tx: UnitOfWork, keys: Iterable[Key], now: datetime) -> None:
    """A listing of what is not watched any more ends without a word: nobody knows how it goes on."""
    for kind, asset, list_key in sorted(keys):
        row, listing = BlocklistStanding, BlocklistListing
        mine = (row.org_id == tx.org_id, row.asset_kind == kind, row.asset == asset, row.list_key == list_key)
        await tx.session.execute(delete(row).where(*mine))
        same = (listing.asset_kind == kind, listing.asset == asset, listing.list_key == list_key)
        open_ = (listing.org_id == tx.org_id, listing.ended_at.is_(None), *same)
        await tx.session.execute(update(listing).where(*open_).values(ended_at=now, ending="unwatched"))

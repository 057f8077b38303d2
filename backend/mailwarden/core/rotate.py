"""Key rotation: every sealed column, of every organization and of none, re-sealed under the primary key."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, ColumnElement, CursorResult, MetaData, Table, and_, func, select, update

from mailwarden.core.crypto import CannotOpen, Keyring, Place, Sealed, SealedApart
from mailwarden.core.db import Base, Sessions, UnitOfWork, reader, unit_of_work
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 200
PAGE_APART = 2_000  # rows looked at by one statement: such a table may hold millions
BATCH_APART = 20  # of up to 1 MB each


@dataclass
class Rotated:
    """``unreadable`` rows keep their ciphertext: a key may still turn up."""

    resealed: int = 0
    unreadable: int = 0


def sealed_columns(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Each belongs to an organization or a person and is bound to its row by ``id``; elsewhere it is a mistake."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                if not {"org_id", "user_id"} & set(table.c.keys()) or [key.name for key in table.primary_key] != ["id"]:
                    raise TypeError(f"{table.name}.{column.name} is sealed outside a tenant's table")
                yield table, column


def owner_of(table: Table) -> Column[UUID]:
    """Of whose key its values are sealed: an organization's, else a person's."""
    return table.c.user_id if of_people(table) else table.c.org_id


def of_people(table: Table) -> bool:
    return "org_id" not in table.c


def columns_apart(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedApart):
                if "org_id" in table.columns or [key.name for key in table.primary_key] != ["id"]:
                    raise TypeError(f"{table.name}.{column.name} belongs to an organization, or has no id")
                yield table, column


async def rotate_keys(rt: Runtime) -> dict[str, Rotated]:
    """By ``table.column``. May be interrupted and run again at any time, beside the working product.

    An old key may be removed from the settings once a run finds nothing left and no process seals with it any more.
    """
    counts: dict[str, Rotated] = {}
    owners = {False: await listed(rt.sessions, "list_organizations"), True: await listed(rt.sessions, PEOPLE)}
    for table, column in sealed_columns(Base.metadata):
        for owner in owners[of_people(table)]:
            count = counts.setdefault(f"{table.name}.{column.name}", Rotated())
            await _rotate(rt, owner, table, column, count)
    for table, column in columns_apart(Base.metadata):
        count = counts.setdefault(f"{table.name}.{column.name}", Rotated())
        await _rotate_apart(rt, table, column, count)
    return counts


PEOPLE = "list_sealed_people"


async def listed(sessions: Sessions, function: str) -> list[UUID]:
    """Ids from one of the schema's own functions that see past the walls."""
    async with reader(sessions) as tx:
        return list(await tx.session.scalars(select(getattr(func, function)())))


@asynccontextmanager
async def acting_for(sessions: Sessions, table: Table, owner: UUID) -> AsyncIterator[UnitOfWork]:
    """Within the owner's walls."""
    async with unit_of_work(sessions, None if of_people(table) else owner) as tx:
        if of_people(table):
            await tx.act_as(owner)
        yield tx


async def _rotate(rt: Runtime, owner: UUID, table: Table, column: Column[Any], count: Rotated) -> None:
    after: UUID | None = None
    while True:
        async with acting_for(rt.sessions, table, owner) as tx:
            rows = await _under_other_keys(tx, rt.keys, owner, table, column, after)
            for row_id, sealed in rows:
                await _reseal(tx, rt.keys, table, column, Place(table.name, column.name, owner, row_id), sealed, count)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


async def _rotate_apart(rt: Runtime, table: Table, column: Column[Any], count: Rotated) -> None:
    header = rt.keys.header
    is_old = and_(column.is_not(None), func.substr(column, 1, len(header)) != header)
    async for page in pages_apart(rt.sessions, table, is_old):
        old = [row_id for row_id, is_under_other in page if is_under_other]
        for start in range(0, len(old), BATCH_APART):
            await _reseal_apart(rt, table, column, old[start : start + BATCH_APART], count)


async def pages_apart(
    sessions: Sessions, table: Table, test: ColumnElement[bool]
) -> AsyncIterator[list[tuple[UUID, bool]]]:
    """Every row's id and what the test says of it, page by page, so that no statement takes long."""
    after = UUID(int=0)
    while True:
        asked = select(table.c.id, test).where(table.c.id > after).order_by(table.c.id).limit(PAGE_APART)
        async with reader(sessions) as tx:
            page = [(row[0], bool(row[1])) for row in await tx.session.execute(asked)]
        yield page
        if len(page) < PAGE_APART:
            return
        after = page[-1][0]


async def _reseal_apart(rt: Runtime, table: Table, column: Column[Any], ids: list[UUID], count: Rotated) -> None:
    async with unit_of_work(rt.sessions) as tx:
        asked = select(table.c.id, column).where(table.c.id.in_(ids), column.is_not(None)).order_by(table.c.id)
        for row_id, sealed in (await tx.session.execute(asked)).all():
            await _reseal(tx, rt.keys, table, column, Place(table.name, column.name, None, row_id), sealed, count)


async def _under_other_keys(
    tx: UnitOfWork, keys: Keyring, owner: UUID, table: Table, column: Column[Any], after: UUID | None
) -> list[tuple[UUID, bytes]]:
    header = keys.header
    asked = select(table.c.id, column).where(
        owner_of(table) == owner, func.substr(column, 1, len(header)) != header, column.is_not(None)
    )
    if after is not None:
        asked = asked.where(table.c.id > after)
    found = await tx.session.execute(asked.order_by(table.c.id).limit(BATCH))
    return [(row[0], row[1]) for row in found]


async def _reseal(
    tx: UnitOfWork, keys: Keyring, table: Table, column: Column[Any], place: Place, old: bytes, count: Rotated
) -> None:
    """Only over the ciphertext that was read: whoever wrote meanwhile wrote something newer."""
    try:
        new = keys.seal(keys.open(old, place), place)
    except CannotOpen as exc:
        log.warning("cannot open a sealed value", extra={"place": f"{table.name}.{column.name}", "why": str(exc)})
        count.unreadable += 1
        return
    change = update(table).where(table.c.id == place.row_id, column == old)
    if place.org_id is not None:
        change = change.where(owner_of(table) == place.org_id)
    result = await tx.session.execute(change.values({column: new}))
    count.resealed += cast("CursorResult[Any]", result).rowcount

"""Key rotation: every sealed column of every organization, re-sealed under the primary key."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, CursorResult, MetaData, Table, func, select, text, update

from mailwarden.core.crypto import CannotOpen, Keyring, Place, Sealed
from mailwarden.core.db import Base, UnitOfWork, reader, unit_of_work
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 200


@dataclass
class Rotated:
    """``unreadable`` rows keep their ciphertext: a key may still turn up."""

    resealed: int = 0
    unreadable: int = 0


def sealed_columns(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Each lies in a tenant's table and is bound to its row by ``id``; a column elsewhere is a mistake in the model."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                if "org_id" not in table.columns or [key.name for key in table.primary_key] != ["id"]:
                    raise TypeError(f"{table.name}.{column.name} is sealed outside a tenant's table")
                yield table, column


async def rotate_keys(rt: Runtime) -> dict[str, Rotated]:
    """By ``table.column``. May be interrupted and run again at any time, beside the working product.

    An old key may be removed from the settings once a run finds nothing left and no process seals with it any more.
    """
    counts: dict[str, Rotated] = {}
    for org_id in await _organizations(rt):
        for table, column in sealed_columns(Base.metadata):
            count = counts.setdefault(f"{table.name}.{column.name}", Rotated())
            await _rotate(rt, org_id, table, column, count)
    return counts


async def _organizations(rt: Runtime) -> list[UUID]:
    async with reader(rt.sessions) as tx:
        return list(await tx.session.scalars(text("SELECT list_organizations()")))


async def _rotate(rt: Runtime, org_id: UUID, table: Table, column: Column[Any], count: Rotated) -> None:
    after: UUID | None = None
    while True:
        async with unit_of_work(rt.sessions, org_id) as tx:
            rows = await _under_other_keys(tx, rt.keys, org_id, table, column, after)
            for row_id, sealed in rows:
                await _reseal(tx, rt.keys, table, column, Place(table.name, column.name, org_id, row_id), sealed, count)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


async def _under_other_keys(
    tx: UnitOfWork, keys: Keyring, org_id: UUID, table: Table, column: Column[Any], after: UUID | None
) -> list[tuple[UUID, bytes]]:
    header = keys.header
    asked = select(table.c.id, column).where(
        table.c.org_id == org_id, func.substr(column, 1, len(header)) != header, column.is_not(None)
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
    change = update(table).where(table.c.org_id == place.org_id, table.c.id == place.row_id, column == old)
    result = await tx.session.execute(change.values({column: new}))
    count.resealed += cast("CursorResult[Any]", result).rowcount

"""Every secret that a support bundle of one organization could hold by accident, by its value."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.crypto import CannotOpen, Place
from mailwarden.core.db import Base, UnitOfWork
from mailwarden.core.rotate import sealed_columns
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)
MOST_ROWS = 2000  # of each column; the newest


async def secrets_of(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> frozenset[str]:
    """They stay in memory for as long as one bundle is made."""
    found = {app.client_secret for app in rt.config.providers.values()}
    for table, column in sealed_columns(Base.metadata):
        asked = select(table.c.id, column).where(table.c.org_id == org_id, column.is_not(None))
        rows = await tx.session.execute(asked.order_by(table.c.id.desc()).limit(MOST_ROWS))
        for row_id, sealed in rows:
            found.update(_opened(rt, Place(table.name, column.name, org_id, row_id), sealed))
    return frozenset(one for one in found if one)


def _opened(rt: Runtime, place: Place, sealed: bytes) -> Iterator[str]:
    try:
        secret = rt.keys.open(sealed, place)
    except CannotOpen:
        log.warning("cannot open a sealed value", extra={"place": f"{place.table}.{place.column}"})
        return
    yield secret
    try:
        yield from _texts(json.loads(secret))  # some places hold a whole answer
    except ValueError:
        return


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)

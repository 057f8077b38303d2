"""Every secret that a support bundle of one organization could hold by accident, by its value."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.core.crypto import CannotOpen, Place
from mailwarden.core.db import Base, UnitOfWork
from mailwarden.core.rotate import of_people, sealed_columns
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)
_SECRET = re.compile(r"(?i)token$|secret|password|passwd|key|code|verifier|assertion")
MOST_ROWS = 2000  # of each column; the newest


async def secrets_of(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> frozenset[str]:
    """They stay in memory for as long as one bundle is made. Opened beside the event loop: there may be thousands."""
    sealed: list[tuple[Place, bytes]] = []
    for table, column in sealed_columns(Base.metadata):
        if of_people(table):  # an organization's bundle holds nothing of them
            continue
        asked = select(table.c.id, column).where(table.c.org_id == org_id, column.is_not(None))
        rows = await tx.session.execute(asked.order_by(table.c.id.desc()).limit(MOST_ROWS))
        sealed += [(Place(table.name, column.name, org_id, row_id), value) for row_id, value in rows]
    ours = {app.client_secret for app in rt.config.providers.values() if app.client_secret}
    return frozenset(ours) | await asyncio.to_thread(_open_all, rt, sealed)


def _open_all(rt: Runtime, sealed: list[tuple[Place, bytes]]) -> frozenset[str]:
    return frozenset(one for place, value in sealed for one in _opened(rt, place, value) if one)


def _opened(rt: Runtime, place: Place, sealed: bytes) -> Iterator[str]:
    try:
        secret = rt.keys.open(sealed, place)
    except CannotOpen:
        log.warning("cannot open a sealed value", extra={"place": f"{place.table}.{place.column}"})
        return
    yield secret
    try:
        yield from _inside(json.loads(secret))  # some places hold a whole answer
    except ValueError:
        return


def _inside(value: Any) -> Iterator[str]:
    """Of an answer only what its names call a secret: its scopes, say, are words that every bundle is full of."""
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and _SECRET.search(name):
                yield one
            yield from _inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from _inside(one)

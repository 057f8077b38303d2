"""Do the configured keys open what is stored? Asked at every start, so that a wrong key is found before it does harm.

For each key that ever sealed here the table holds one value sealed under it. A key of another value under a known id
cannot open that; a key that is missing matters only while something is still sealed under it.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, MetaData, delete, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import CannotOpen, Keyring, Place, header_of
from mailwarden.core.db import Base, Sessions, UnitOfWork, app_now, reader, unit_of_work
from mailwarden.core.rotate import (
    PEOPLE,
    columns_apart,
    listed,
    of_people,
    owner_of,
    pages_apart,
    sealed_columns,
)

log = logging.getLogger(__name__)

SEALED = "opened"
PLACE = Place("key_checks", "sealed", None, UUID(int=0))
SETTLED = timedelta(days=1)  # a process that came up with a new key a moment ago may not have sealed anything yet
MISSING = (
    "the encryption key with id {id!r} is not configured, but secrets are stored under it: add it to "
    "MAILWARDEN_SECURITY__ENCRYPTION_KEYS"
)
DIFFERENT = (
    "the encryption key with id {id!r} is not the one that sealed what is stored under this id: give the right key, or "
    "another id to a new one"
)
LOST = "if a key is lost for good, `mailwarden forget-key ID` lets the rest go on without what it sealed"


class KeyCheck(Base):
    """Not of the type ``Sealed``: it belongs to no tenant, and a rotation leaves it under its own key."""

    __tablename__ = "key_checks"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    first_used_at: Mapped[datetime] = mapped_column(server_default=app_now())


class WrongKeys(Exception):
    """Says which key ids are wrong, and never a key."""


async def check_keys(sessions: Sessions, keys: Keyring, metadata: MetaData) -> None:
    """Raises WrongKeys. ``metadata`` names every sealed column there is. Enters a primary key at its first use."""
    found = await wrong_keys(sessions, keys, metadata)
    if not found:
        await _enter(sessions, keys)
        found = await wrong_keys(sessions, keys, metadata)  # another process may have entered another key just now
    if found:
        message = f"The stored secrets cannot be opened: {'; '.join(found)}. ({LOST})"
        log.critical(message)
        raise WrongKeys(message)


async def wrong_keys(sessions: Sessions, keys: Keyring, metadata: MetaData) -> list[str]:
    """One line per key id that is missing or different."""
    async with reader(sessions) as tx:
        known = list(await tx.session.scalars(select(KeyCheck).order_by(KeyCheck.key_id)))
    found = []
    for one in known:
        if one.key_id in keys.keys:
            found += [] if _opens(keys, one.sealed) else [DIFFERENT.format(id=one.key_id)]
        elif await _is_in_use(sessions, metadata, one.key_id):
            found.append(MISSING.format(id=one.key_id))
        else:
            await forget_key(sessions, one.key_id, older_than=SETTLED)
    return found


def _opens(keys: Keyring, sealed: bytes) -> bool:
    try:
        return keys.open(sealed, PLACE) == SEALED
    except CannotOpen:
        return False


async def _enter(sessions: Sessions, keys: Keyring) -> None:
    row = insert(KeyCheck).values(key_id=keys.primary, sealed=keys.seal(SEALED, PLACE))
    async with unit_of_work(sessions) as tx:
        await tx.session.execute(row.on_conflict_do_nothing())


async def _is_in_use(sessions: Sessions, metadata: MetaData, key_id: str) -> bool:
    """Over all organizations, each seen by itself. Costs a moment, and only after a key was removed."""
    for org_id in await listed(sessions, "list_organizations"):
        async with reader(sessions, org_id) as tx:
            if await _seals(tx, metadata, org_id, header_of(key_id), people=False):
                return True
    for user_id in await listed(sessions, PEOPLE):
        async with reader(sessions) as tx:
            await tx.act_as(user_id)
            if await _seals(tx, metadata, user_id, header_of(key_id), people=True):
                return True
    return await _seals_apart(sessions, metadata, header_of(key_id))


async def _seals(tx: UnitOfWork, metadata: MetaData, owner: UUID, header: bytes, *, people: bool) -> bool:
    anywhere = [
        exists().where(owner_of(table) == owner, func.substr(column, 1, len(header)) == header)
        for table, column in sealed_columns(metadata)
        if of_people(table) is people
    ]
    return bool(await tx.session.scalar(select(or_(false(), *anywhere))))


async def _seals_apart(sessions: Sessions, metadata: MetaData, header: bytes) -> bool:
    for table, column in columns_apart(metadata):
        is_sealed = func.coalesce(func.substr(column, 1, len(header)) == header, False)
        async for page in pages_apart(sessions, table, is_sealed):
            if any(sealed for _, sealed in page):
                return True
    return False


async def forget_key(sessions: Sessions, key_id: str, *, older_than: timedelta = timedelta()) -> bool:
    """From now on nothing is expected to be opened by it. False: there is no such key."""
    mine = delete(KeyCheck).where(KeyCheck.key_id == key_id, KeyCheck.first_used_at <= app_now() - older_than)
    async with unit_of_work(sessions) as tx:
        return (await tx.session.execute(mine.returning(KeyCheck.key_id))).first() is not None

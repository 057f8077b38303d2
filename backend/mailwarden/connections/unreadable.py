"""Our own copy of an authorization cannot be decrypted: said here at once, and no provider is doubted for it.

Whoever opens a stored authorization for use does so inside ``opening``. What cannot be opened then is one failure for
everybody, ``Unreadable``, already reported: the connection is inactive, the operator has a line in the log, and the
ciphertext stays as it is, for a lost key may come back.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.audience_models import AudienceToken
from mailwarden.connections.grant_models import RetiredGrant
from mailwarden.connections.mail_models import MailServers
from mailwarden.connections.models import Connection, Credential
from mailwarden.connections.present import UNREADABLE_NOTE
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.transitions import PROBE, add_evidence, mark_inactive, next_probe
from mailwarden.core.crypto import CannotOpen, Place
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.metrics import UNREADABLE
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Cause, Evidence, ProviderError

log = logging.getLogger(__name__)

OPEN = "open"  # the operation in its evidence; no call was made
SAID = "The stored authorization cannot be decrypted with the configured keys."
Held = Credential | MailServers | AudienceToken | RetiredGrant


class Unreadable(ProviderError):
    """The operator's: no provider was asked. Reported already, where the authorization was opened."""


def place(row: Held, column: str) -> Place:
    return Place(row.__tablename__, column, row.org_id, row.id)


def opened(rt: Runtime, row: Held, column: str) -> str | None:
    """None where nothing is stored. Raises CannotOpen."""
    sealed: bytes | None = getattr(row, column)
    return rt.keys.open(sealed, place(row, column)) if sealed is not None else None


def opened_if_readable(rt: Runtime, row: Held, column: str) -> str | None:
    """For what can be done without."""
    try:
        return opened(rt, row, column)
    except CannotOpen:
        log.warning("cannot open a sealed value", extra={"place": f"{row.__tablename__}.{column}"})
        return None


def access_token_of(rt: Runtime, row: Credential) -> str | None:
    """None after a disconnect, and where it is damaged but can be renewed. Raises CannotOpen where it cannot be.

    The refresh token is opened, too: a connection without it lives only until its access token ends, and that should
    be said now.
    """
    if opened(rt, row, "refresh_token") is None:
        return opened(rt, row, "access_token")
    return opened_if_readable(rt, row, "access_token")


@asynccontextmanager
async def opening(rt: Runtime, org_id: UUID, connection_id: UUID) -> AsyncIterator[None]:
    """Around every use of a stored authorization, outside of any transaction. Turns CannotOpen into Unreadable."""
    try:
        yield
    except CannotOpen as exc:
        await _report(rt, org_id, connection_id, str(exc))
        raise Unreadable(_evidence(rt)) from exc


def _evidence(rt: Runtime) -> Evidence:
    return Evidence(None, OPEN, "", "", "", None, None, SAID, at=rt.clock.now())


async def _report(rt: Runtime, org_id: UUID, connection_id: UUID, why: str) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        row = await find_connection(tx, org_id, connection_id, lock=True)
        if row is None or row.status not in (Status.CONNECTED, Status.VERIFYING):
            return
        if await _is_readable(rt, tx, row):  # somebody authorized it anew meanwhile
            return
        add_evidence(row, _evidence(rt).as_json(), note=UNREADABLE_NOTE)
        await mark_inactive(rt, tx, row, Cause.UNKNOWN, Actor.PROBE)
        await enqueue(tx, PROBE, row.id, due_at=next_probe(rt))  # as often as a living one: this asks no provider
    UNREADABLE.labels(row.provider).inc()
    told = {"provider": row.provider, "connection_id": str(connection_id), "why": why}
    log.critical("a stored authorization cannot be decrypted; its connection is inactive", extra=told)


async def _is_readable(rt: Runtime, tx: UnitOfWork, row: Connection) -> bool:
    servers = select(MailServers).where(MailServers.org_id == row.org_id, MailServers.connection_id == row.id)
    try:
        access_token_of(rt, await get_credential(tx, row.org_id, row.id))
        for held in await tx.session.scalars(servers):
            for column in ("password", "smtp_password"):
                opened(rt, held, column)
    except CannotOpen:
        return False
    return True

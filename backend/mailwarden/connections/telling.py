"""What a refresh brought, told to the connection and to the log of refreshes: once, and even if its worker is gone.

The token is committed first and alone. Who dies before the rest leaves ``untold_at``, and the connection's next job
tells; else it would be shown in trouble until the new token is old.
"""

from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.credentials import Held, read_held
from mailwarden.connections.grant_life import as_columns, forecast_of
from mailwarden.connections.health import open_suspicions, report_success
from mailwarden.connections.models import Connection, Credential, RefreshAttempt
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Actor, Proof
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime


async def tell_refreshed(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, connection_id: UUID, duration_ms: int | None = None
) -> None:
    """Nothing where somebody told it before."""
    row = await find_connection(tx, org_id, connection_id, lock=True)
    if row is None:
        return
    mine = (Credential.org_id == org_id, Credential.connection_id == connection_id, Credential.untold_at.is_not(None))
    untold = select(Credential).where(*mine).with_for_update().execution_options(populate_existing=True)
    held = await tx.session.scalar(untold)
    if held is None or held.untold_at is None:
        return
    at, held.untold_at = held.untold_at, None
    tx.session.add(_attempt(row, duration_ms))
    await tx.session.flush()
    row.next_refresh_at = held.refresh_after
    for name, value in as_columns(forecast_of(rt, row.provider, held)).items():
        setattr(row, name, value)
    await tx.session.flush()
    if all(one.at <= at for one in await open_suspicions(tx, row)):  # what was told since is not cleared by it
        await report_success(rt, tx, connection_id, Actor.REFRESH, Proof.REFRESH)


async def read_told(rt: Runtime, row: Connection) -> Held:
    """What is stored, once the connection knows of it. Raises Unreadable."""
    held = await read_held(rt, row.org_id, row.id)
    if held.is_untold:
        await tell_late(rt, row)
    return held


async def tell_late(rt: Runtime, row: Connection) -> None:
    """For a process that ended after its commit. How long the answer took is not known any more."""
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await tell_refreshed(rt, tx, row.org_id, row.id)


def _attempt(row: Connection, duration_ms: int | None) -> RefreshAttempt:
    return RefreshAttempt(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        provider=row.provider,
        outcome="refreshed",
        duration_ms=duration_ms,
    )

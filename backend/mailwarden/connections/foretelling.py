"""The daily look at each grant: kept alive where a renewal helps, and a word in good time where it does not."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.connections.forecast import SAME_FORECAST, Forecast, next_look, notice_due
from mailwarden.connections.forecast_texts import warning_card
from mailwarden.connections.grant_life import forecast_of, note_forecast
from mailwarden.connections.grant_models import ForecastNotice
from mailwarden.connections.models import Connection
from mailwarden.connections.probe import banned_until, load_row
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.refresh import refresh_once
from mailwarden.connections.rules import Status
from mailwarden.connections.transitions import facts
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType

log = logging.getLogger(__name__)

KEEP_ALIVE = timedelta(hours=24)  # longest time between two renewals of a grant that can die of disuse


async def foresee(rt: Runtime, lease: Lease) -> Again | None:
    row = await load_row(rt, lease)
    if row is None:
        return None
    await keep_alive(rt, row)
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await lease.guard(tx)
        forecast = await _look(rt, tx, row.org_id, row.id)
    return Again(next_look(forecast, rt.clock.now()))


async def keep_alive(rt: Runtime, row: Connection) -> None:
    """Whatever its access token's life and however seldom it is used: the renewal itself is the sign of life.

    A connection in doubt or dead is left to the check and the probe, which know how often they may ask.
    """
    if row.provider not in rt.config.providers or row.status != Status.CONNECTED or banned_until(rt, row):
        return
    async with reader(rt.sessions, row.org_id) as tx:
        held = await get_credential(tx, row.org_id, row.id)
    forecast, renewed = forecast_of(rt, row.provider, held), held.refreshed_at or held.issued_at
    if forecast is None or not forecast.can_be_kept_alive or rt.clock.now() - renewed < KEEP_ALIVE:
        return
    await refresh_once(rt, row.org_id, row.id, row.provider, only_version=held.version)


async def _look(rt: Runtime, tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> Forecast | None:
    row = await find_connection(tx, org_id, connection_id, lock=True)
    if row is None or row.status == Status.DISCONNECTED:
        return None
    forecast = forecast_of(rt, row.provider, await get_credential(tx, org_id, connection_id))
    note_forecast(row, forecast)
    days = notice_due(forecast, rt.clock.now()) if forecast else None
    if forecast and days and row.status != Status.INACTIVE and not await _was_told(tx, row, forecast, days):
        await _warn(tx, row, forecast, days)
    return forecast


async def _was_told(tx: UnitOfWork, row: Connection, forecast: Forecast, days: int) -> bool:
    """Of this forecast: one that moved is another, and begins anew."""
    asked = select(func.min(ForecastNotice.days)).where(
        ForecastNotice.org_id == row.org_id,
        ForecastNotice.connection_id == row.id,
        ForecastNotice.dies_at.between(forecast.dies_at - SAME_FORECAST, forecast.dies_at + SAME_FORECAST),
    )
    told: int | None = await tx.session.scalar(asked)
    return told is not None and told <= days


async def _warn(tx: UnitOfWork, row: Connection, forecast: Forecast, days: int) -> None:
    notice = ForecastNotice(
        id=new_id(), org_id=row.org_id, connection_id=row.id, dies_at=forecast.dies_at, why=forecast.why, days=days
    )
    tx.session.add(notice)
    await tx.session.flush()
    told = facts(row) | warning_card(row, days)
    await record(tx, EventType.CONNECTION_EXPIRING, connection_id=row.id, subject_id=notice.id, data=told)
    log.warning("a grant will die", extra={"provider": row.provider, "connection_id": str(row.id), "why": forecast.why})

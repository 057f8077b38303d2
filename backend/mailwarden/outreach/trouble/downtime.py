"""What is known of times that count for nobody: a pulse every minute tells of our own, incidents of the providers'."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.connections.incidents import place_of
from mailwarden.connections.models import Connection, Incident
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.trouble.models import ServiceOutage, ServicePulse
from mailwarden.outreach.trouble.spans import Span

PULSE, WORKER = "service_pulse", "worker"
EVERY = timedelta(minutes=1)
SILENT = timedelta(minutes=3)  # a deploy, or a moment of much work, is no downtime


async def pulse(rt: Runtime, lease: Lease) -> Again:
    """The first one after a silence writes down that we were away."""
    now = rt.clock.now()
    async with unit_of_work(rt.sessions) as tx:
        await lease.guard(tx)
        if (gap := await _open_gap(tx, now)) is not None:
            tx.session.add(ServiceOutage(started_at=gap.start, ended_at=gap.end))
        row = insert(ServicePulse).values(name=WORKER, at=now)
        newer = row.on_conflict_do_update(index_elements=["name"], set_={"at": now}, where=ServicePulse.at < now)
        await tx.session.execute(newer)
    return Again(now + EVERY)


async def start_up(rt: Runtime) -> None:
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, PULSE, "instance")


async def _open_gap(tx: UnitOfWork, now: datetime) -> Span | None:
    """We were away until just now, and no pulse has noted it yet."""
    last = await tx.session.scalar(select(ServicePulse.at).where(ServicePulse.name == WORKER))
    return Span(last, now) if last is not None and now - last > SILENT else None


async def spans_since(tx: UnitOfWork, row: Connection, since: datetime, now: datetime) -> list[Span]:
    """Both kinds; what goes on still ends ``now``."""
    gap = await _open_gap(tx, now)
    return [*await _outages(tx, since), *await _incidents(tx, row, since, now), *([gap] if gap else [])]


async def _outages(tx: UnitOfWork, since: datetime) -> list[Span]:
    asked = select(ServiceOutage.started_at, ServiceOutage.ended_at).where(ServiceOutage.ended_at > since)
    return [Span(start, end) for start, end in await tx.session.execute(asked)]


async def _incidents(tx: UnitOfWork, row: Connection, since: datetime, now: datetime) -> list[Span]:
    """At the provider, or the mail server, that this account is at; also those that are our own app's fault."""
    place = place_of(row)
    there = (Incident.provider == place.provider) & Incident.host.in_(("", place.host))
    open_then = Incident.ended_at.is_(None) | (Incident.ended_at > since)
    found = await tx.session.execute(select(Incident.started_at, Incident.ended_at).where(there, open_then))
    return [Span(start, end or now) for start, end in found]

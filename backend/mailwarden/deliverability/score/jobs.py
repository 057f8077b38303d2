"""When a score is taken: soon after what it is made of changed, and once more at the end of the day (UTC)."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.news import SCORE, facts_changed
from mailwarden.deliverability.score.snapshots import take
from mailwarden.deliverability.score.wiring import SOURCES
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

LAST_HOUR = time(23, 0)
SPREAD_S = 3300


async def score(rt: Runtime, lease: Lease) -> Again | None:
    """Organizations without mail and without a domain have no schedule: an idle one costs nothing."""
    org_id, now = UUID(lease.key), rt.clock.now()
    async with unit_of_work(rt.sessions, org_id) as tx:
        await lease.guard(tx)
        taken = await take(tx, org_id, now, SOURCES)
        again = Again(day_end(org_id, now)) if taken.account.result.score is not None else None
        await lease.finish(tx, again)
    return again


def day_end(org_id: UUID, now: datetime) -> datetime:
    """The next one. Organizations are spread over the last hour of the day."""
    last = datetime.combine(now.astimezone(UTC).date(), LAST_HOUR, UTC) + timedelta(seconds=org_id.int % SPREAD_S)
    return last if last > now else last + timedelta(days=1)


async def ask(rt: Runtime, tx: UnitOfWork, _: Event) -> None:
    await facts_changed(rt, tx)


JOBS = [JobKind(SCORE, score, queue="bulk", max_attempts=None)]
LISTENERS: Listeners = {EventType.SYNC_SUCCEEDED: [ask]}

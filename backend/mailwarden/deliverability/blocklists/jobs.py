"""What the worker runs for this feature."""

from datetime import timedelta

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.check import CHECK, check, watch
from mailwarden.deliverability.blocklists.trust import examine_wanted
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

CANARIES = "blocklist_canaries"
EVERY_MIN = (40, 50)


async def canaries(rt: Runtime, _: Lease) -> Again:
    await examine_wanted(rt)
    return Again(rt.clock.now() + timedelta(minutes=rt.rng.uniform(*EVERY_MIN)))


async def start_up(rt: Runtime) -> None:
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, CANARIES, "instance", queue="bulk")


async def go_on(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Somebody paid: nobody asked meanwhile."""
    await watch(tx, event.org_id)


JOBS = [
    JobKind(CHECK, check, queue="bulk", lease_s=120, max_attempts=None),
    JobKind(CANARIES, canaries, queue="bulk", max_attempts=None),
]
LISTENERS: Listeners = {EventType.SUBSCRIPTION_REACTIVATED: [go_on]}

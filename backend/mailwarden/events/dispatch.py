"""Hands each event to those who listen. Its effects and the end of the job are one transaction: exactly once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.record import DISPATCH
from mailwarden.events.types import EventType

# A listener only writes rows and enqueues jobs; a remote call belongs into a job of its own.
Listener = Callable[[Runtime, UnitOfWork, Event], Awaitable[None]]
Listeners = Mapping[EventType, Sequence[Listener]]


def dispatch_kind(listeners: Listeners) -> JobKind:
    """Built by the worker, which alone knows all features."""

    async def dispatch(rt: Runtime, lease: Lease) -> None:
        async with unit_of_work(rt.sessions, lease.org_id) as tx:
            await lease.guard(tx)
            event = await tx.session.get_one(Event, UUID(lease.key))
            for listener in listeners.get(EventType(event.type), ()):
                await listener(rt, tx, event)
            await lease.finish(tx)

    return JobKind(DISPATCH, dispatch)


def merge(*parts: Listeners) -> Listeners:
    """The features' listener tables as one, in the order given."""
    merged: dict[EventType, list[Listener]] = {}
    for part in parts:
        for type, listeners in part.items():
            merged.setdefault(type, []).extend(listeners)
    return merged

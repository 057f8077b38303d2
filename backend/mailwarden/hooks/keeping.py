"""Every quarter of an hour: are we still told? What was missed while we were not is looked up."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.connections.health import report_failure
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.probe import banned_until, load_row
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Actor, Status
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Again, Lease, cancel, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.hooks.effects import look
from mailwarden.hooks.subscriptions import Address, address_for, end_subscriptions, get_subscription, note_subscribed
from mailwarden.hooks.words import KEEP
from mailwarden.providers.base import ObjectGone, ProviderError, Rejected, ScopesMissing
from mailwarden.providers.hooks.subscribing import SUBSCRIBERS, Kept, Wanted

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
SELDOM = timedelta(hours=24)  # where it cannot work until somebody changes something


async def keep_hooks(rt: Runtime, lease: Lease) -> Again | None:
    row = await load_row(rt, lease)
    if row is None or row.provider not in SUBSCRIBERS:
        return None
    topics = _topics(rt, row)
    if not topics:
        return Again(rt.clock.now() + SELDOM)
    if row.status != Status.CONNECTED:
        return Again(_next(rt))
    if wait := banned_until(rt, row):
        return Again(wait)
    wanted = await _wanted(rt, row, topics)
    try:
        _, api = open_provider(rt, row)
        kept = await SUBSCRIBERS[row.provider].keep(api, [one for _, one in wanted], rt.clock.now())
    except ProviderError as exc:
        return Again(await _failed(rt, row, exc))
    await _note(rt, lease, row, {one.topic: address for address, one in wanted}, kept)
    return Again(_next(rt))


def _topics(rt: Runtime, row: Connection) -> tuple[str, ...]:
    """None where no provider could reach us."""
    settings = rt.config.providers.get(row.provider)
    if settings is None or not (rt.config.base_url.startswith("https://") or settings.api_base):
        return ()
    return SUBSCRIBERS[row.provider].topics(settings)


def _next(rt: Runtime) -> datetime:
    return rt.clock.now() + EVERY * rt.rng.uniform(0.8, 0.95)


async def _wanted(rt: Runtime, row: Connection, topics: Sequence[str]) -> list[tuple[Address, Wanted]]:
    """Committed before the provider hears of the addresses: some call them at once."""
    found = []
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        mine = await find_connection(tx, row.org_id, row.id, lock=True)
        for topic in topics if mine else ():
            address = await address_for(rt, tx, row, topic)
            known = await get_subscription(tx, row.org_id, address.id)
            found.append((address, Wanted(topic, address.url, address.secret, known.provider_id, known.expires_at)))
    return found


async def _failed(rt: Runtime, row: Connection, error: ProviderError) -> datetime:
    """Polling goes on; only what says something about the grant is reported."""
    log.warning("webhooks cannot be kept", extra={"provider": row.provider, "evidence": error.evidence.as_json()})
    if isinstance(error, ScopesMissing):
        return rt.clock.now() + SELDOM
    if not isinstance(error, Rejected | ObjectGone):
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            await report_failure(rt, tx, row.id, error, Actor.PROBE)
    return _next(rt)


async def _note(
    rt: Runtime, lease: Lease, row: Connection, addresses: dict[str, Address], kept: Sequence[Kept]
) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await lease.guard(tx)
        mine = await find_connection(tx, row.org_id, row.id, lock=True)
        for one in kept:
            await note_subscribed(tx, row.org_id, addresses[one.topic].id, one.provider_id, one.expires_at)
        if mine is not None and any(one.missed for one in kept):
            await look(tx, mine, rt.clock.now())


async def begin_keeping(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    if event.connection_id is not None and event.data.get("provider") in SUBSCRIBERS:
        await enqueue(tx, KEEP, event.connection_id)


async def forget_addresses(_: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Nothing that is pushed for a connection which a member disconnected has any effect."""
    if event.connection_id is not None:
        await _forget(tx, event.org_id, event.connection_id)


async def _forget(tx: UnitOfWork, org_id: UUID, connection_id: UUID) -> None:
    row = await find_connection(tx, org_id, connection_id)
    if row is not None and row.status == Status.DISCONNECTED:  # events may be told late
        await cancel(tx, KEEP, connection_id)
        await end_subscriptions(tx, org_id, connection_id)


LISTENERS: Listeners = {
    EventType.CONNECTION_CONNECTED: [begin_keeping],
    EventType.CONNECTION_RECONNECTED: [begin_keeping],
    EventType.CONNECTION_RECOVERED: [begin_keeping],
    EventType.CONNECTION_DISCONNECTED: [forget_addresses],
}

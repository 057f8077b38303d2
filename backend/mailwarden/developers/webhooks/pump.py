"""Sends one endpoint its events: one job an endpoint, so that a slow one takes one place of a worker and no more.

All slow ones together take few (core/places.py).

Which events an endpoint was given is a position in the stream, moved in the transaction that writes the deliveries. So
nothing that happens to a wake-up, a job or a worker can lose an event: whoever runs next goes on from there.
"""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from mailwarden.core.crypto import CannotOpen
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Again, Lease, RetryLater
from mailwarden.core.outside.reach import open_http
from mailwarden.core.places import SLOW_BACK_S, NoPlace, Place
from mailwarden.core.runtime import Runtime
from mailwarden.developers.events.queries import horizon
from mailwarden.developers.webhooks import rules
from mailwarden.developers.webhooks.message import event_body, test_body
from mailwarden.developers.webhooks.models import WebhookDelivery, WebhookEndpoint
from mailwarden.developers.webhooks.outcome import (
    endpoint_failed,
    endpoint_worked,
    note_attempt,
    note_interruption,
    reschedule,
    warn_if_dead,
)
from mailwarden.developers.webhooks.output import message_id_of
from mailwarden.developers.webhooks.queries import find_endpoint
from mailwarden.developers.webhooks.secret_store import secrets_of
from mailwarden.developers.webhooks.sending import Load, Outcome, Parcel, send
from mailwarden.events.models import Event

PUMP = "webhook_pump"
TURN_S = 25.0  # then others get the place
AT_ONCE = 500
SIDE_BY_SIDE = 5
LOOK_EVERY = timedelta(hours=1)  # also without a wake-up


async def pump(rt: Runtime, lease: Lease) -> Again | None:
    try:
        with rt.places.take(_org_of(lease), UUID(lease.key), rt.rng.random()) as place:
            return await _turn(rt, lease, place)
    except NoPlace as full:
        raise RetryLater(full.after_s) from None


async def _turn(rt: Runtime, lease: Lease, place: Place) -> Again | None:
    started, quick = time.monotonic(), True
    async with open_http(rt) as http:
        while quick and time.monotonic() - started < TURN_S:
            load, again = await _next_load(rt, lease, place)
            if load is None:
                return again
            asked = time.monotonic()
            outcomes = await asyncio.gather(*(send(rt, http, load, parcel) for parcel in load.parcels))
            quick = place.took(time.monotonic() - asked)
            await _settle(rt, lease, outcomes)
    return Again(rt.clock.now())


async def _next_load(rt: Runtime, lease: Lease, place: Place) -> tuple[Load | None, Again | None]:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        endpoint = await _locked(tx, lease)
        if endpoint is None:
            return None, None
        more = endpoint.enabled and await _give_events(rt, tx, endpoint)
        await warn_if_dead(rt, tx, endpoint)
        due = await _due(rt, tx, endpoint)
        if not due:
            return None, Again(rt.clock.now()) if more else await _look_again(rt, tx, endpoint)
        if not place.suits(failing=endpoint.failing_since is not None):
            return None, Again(rt.clock.now() + timedelta(seconds=SLOW_BACK_S * (1 + rt.rng.random())))
        return await _pack(rt, tx, endpoint, due), None


async def _locked(tx: UnitOfWork, lease: Lease) -> WebhookEndpoint | None:
    return await find_endpoint(tx, _org_of(lease), UUID(lease.key), lock=True)


def _org_of(lease: Lease) -> UUID:
    if lease.org_id is None:
        raise ValueError("an endpoint belongs to an organization")
    return lease.org_id


async def _give_events(rt: Runtime, tx: UnitOfWork, endpoint: WebhookEndpoint) -> bool:
    """Makes deliveries of what was recorded since; True if there may be more."""
    until = await horizon(tx, endpoint.org_id)
    asked = select(Event.id, Event.type, Event.position).where(
        Event.org_id == endpoint.org_id,
        Event.position > endpoint.position,
        Event.position <= until,
        Event.created_at > rt.clock.now() - rules.KEPT,
    )
    rows = (await tx.session.execute(asked.order_by(Event.position).limit(AT_ONCE))).all()
    wanted = set(endpoint.event_types)
    for event_id, type, position in rows:
        if not wanted or type in wanted:
            tx.session.add(
                WebhookDelivery(
                    id=new_id(),
                    org_id=endpoint.org_id,
                    endpoint_id=endpoint.id,
                    event_id=event_id,
                    message_id=event_id,
                    event_type=type,
                    sequence=position,
                )
            )
    more = len(rows) == AT_ONCE
    endpoint.position = rows[-1].position if more else until
    await tx.session.flush()
    return more


def _now_allowed(rt: Runtime, endpoint: WebhookEndpoint) -> ColumnElement[bool]:
    """Tests go out whatever the endpoint's state; events wait while it is disabled or rests."""
    pending = (WebhookDelivery.state == "pending") & (WebhookDelivery.endpoint_id == endpoint.id)
    resting = endpoint.rest_until is not None and endpoint.rest_until > rt.clock.now()
    return pending if endpoint.enabled and not resting else pending & WebhookDelivery.event_id.is_(None)


async def _due(rt: Runtime, tx: UnitOfWork, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """The oldest events first."""
    asked = select(WebhookDelivery).where(
        WebhookDelivery.org_id == endpoint.org_id,
        WebhookDelivery.due_at <= rt.clock.now(),
        _now_allowed(rt, endpoint),
    )
    most = 1 if endpoint.failures_in_row >= rules.OFTEN else SIDE_BY_SIDE
    ordered = asked.order_by(WebhookDelivery.sequence.asc().nulls_first()).limit(most)
    return list(await tx.session.scalars(ordered))


async def _look_again(rt: Runtime, tx: UnitOfWork, endpoint: WebhookEndpoint) -> Again | None:
    if not endpoint.enabled:
        return None
    now = rt.clock.now()
    first = select(func.min(WebhookDelivery.due_at)).where(
        WebhookDelivery.org_id == endpoint.org_id,
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == "pending",
    )
    due: datetime | None = await tx.session.scalar(first)
    times = [now + LOOK_EVERY]
    if due is not None:
        times.append(max(due, endpoint.rest_until or due))
    if endpoint.failing_since is not None and endpoint.alerted_at is None:
        times.append(endpoint.failing_since + rules.DEAD_AFTER)
    return Again(min(times))


async def _pack(rt: Runtime, tx: UnitOfWork, endpoint: WebhookEndpoint, due: list[WebhookDelivery]) -> Load:
    wanted = [row.event_id for row in due if row.event_id is not None]
    asked = select(Event).where(Event.org_id == endpoint.org_id, Event.id.in_(wanted))
    events = {event.id: event for event in await tx.session.scalars(asked)}
    for row in due:
        if row.sending_since is not None:
            note_interruption(row, row.sending_since)
        row.sending_since = rt.clock.now()
    parcels = [
        Parcel(row.id, message_id_of(row), event_body(events[row.event_id]) if row.event_id else test_body(row))
        for row in due
    ]
    try:
        return Load(endpoint.url, secrets_of(rt, endpoint), parcels)
    except CannotOpen:
        return Load(endpoint.url, (), parcels)


async def _settle(rt: Runtime, lease: Lease, outcomes: list[Outcome]) -> None:
    """Failures first: whatever was accepted in the same moment shows that the endpoint lives."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        endpoint = await _locked(tx, lease)
        if endpoint is None:
            return
        for outcome in sorted(outcomes, key=lambda one: one.error is None):
            await _apply(rt, tx, endpoint, outcome)


async def _apply(rt: Runtime, tx: UnitOfWork, endpoint: WebhookEndpoint, outcome: Outcome) -> None:
    asked = select(WebhookDelivery).where(
        WebhookDelivery.org_id == endpoint.org_id, WebhookDelivery.id == outcome.parcel.delivery_id
    )
    row: WebhookDelivery | None = await tx.session.scalar(asked.with_for_update())
    if row is None:
        return
    note_attempt(row, outcome)
    if outcome.error is None:
        row.state, row.delivered_at = "delivered", outcome.at
        await tx.session.flush()
        await endpoint_worked(tx, endpoint, outcome)
        return
    reschedule(rt, row, outcome)
    if row.event_id is not None:
        await endpoint_failed(rt, tx, endpoint, outcome)

"""What events do to one connection: a signal becomes a suspicion, a hint a look that is due, and old news nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import select

from mailwarden.connections.health import suspect
from mailwarden.connections.models import Connection
from mailwarden.connections.our_app import spec_of
from mailwarden.connections.queries import find_connection, get_credential
from mailwarden.connections.rules import Actor, Frequency, Status
from mailwarden.connections.transitions import PROBE, VERIFY
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue, next_start
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.models import HookLog, HookMark, StoredEvent
from mailwarden.hooks.words import KEEP, REFRESH_NOW, Outcome
from mailwarden.providers.base import Cause, Evidence, Signal
from mailwarden.providers.hooks.base import OLDEST, Kind
from mailwarden.sending.receiving.schedule import read_soon
from mailwarden.sync.schedule import bring_forward

SKEW = timedelta(seconds=5)
TOGETHER = timedelta(seconds=10)  # hints that come closer than this are one look
CAUSES = {
    Kind.UNINSTALLED: Cause.APP_UNINSTALLED,
    Kind.TOKEN_REVOKED: Cause.ACCESS_REVOKED,
    Kind.ACCOUNT_DISABLED: Cause.ACCOUNT_DISABLED,
}
ACCOUNT, HINT = "account", "hint"
ALIVE = (Status.CONNECTED, Status.VERIFYING)


async def apply(rt: Runtime, org_id: UUID, connection_id: UUID, events: Sequence[StoredEvent]) -> None:
    """In one transaction with the log, whose key says which events have had their effect."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        row = await find_connection(tx, org_id, connection_id, lock=True)
        if row is None:
            return
        effects = Effects(rt, tx, row)
        known = await _logged(tx, row, events)
        for event in events:
            if event.id not in known:
                tx.session.add(_entry(rt, row, event, await effects.of(event)))


async def _logged(tx: UnitOfWork, row: Connection, events: Sequence[StoredEvent]) -> set[UUID]:
    asked = select(HookLog.event_id).where(
        HookLog.org_id == row.org_id,
        HookLog.connection_id == row.id,
        HookLog.event_id.in_([event.id for event in events]),
    )
    return set(await tx.session.scalars(asked))


def _entry(rt: Runtime, row: Connection, event: StoredEvent, outcome: Outcome) -> HookLog:
    return HookLog(
        id=new_id(),
        org_id=row.org_id,
        connection_id=row.id,
        event_id=event.id,
        provider=event.provider,
        kind=event.kind,
        topic=event.topic,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        handled_at=rt.clock.now(),
        outcome=outcome,
    )


def syncs(row: Connection) -> bool:
    return bool({"campaigns", "figures", "derived_figures"} & spec_of(row.provider).capabilities)


def looks_at_once(row: Connection) -> bool:
    """A schedule that the members chose is kept; real time means as soon as we know."""
    return not syncs(row) or row.sync_frequency == Frequency.REALTIME


async def look(tx: UnitOfWork, row: Connection, due: datetime) -> Outcome:
    if not looks_at_once(row):
        return Outcome.LATER
    if not syncs(row):
        await enqueue(tx, PROBE, row.id, due_at=due)
        await read_soon(tx, row, due)
        return Outcome.PROBE
    await bring_forward(tx, row, due)
    return Outcome.SYNC


def _earliest(latest: datetime | None, now: datetime) -> datetime:
    """When a look may be asked for, after the one that was asked for ``latest``."""
    if latest is None:
        return now
    return latest if latest > now else max(now, latest + TOGETHER)


class Effects:
    """For one connection, inside one transaction."""

    def __init__(self, rt: Runtime, tx: UnitOfWork, row: Connection) -> None:
        self._rt, self._tx, self._row = rt, tx, row
        self._marks: dict[str, HookMark] = {}

    async def of(self, event: StoredEvent) -> Outcome:
        kind = Kind(event.kind)
        if kind in (Kind.TEST, Kind.UNREADABLE):
            return Outcome(kind.value)
        if self._row.status in (Status.DISCONNECTED, Status.CONNECTING):
            return Outcome.NOT_CONNECTED
        if event.occurred_at is not None and event.occurred_at < self._rt.clock.now() - OLDEST:
            return Outcome.OLD_NEWS
        if kind in CAUSES:
            return await self._signal(event, CAUSES[kind])
        if kind is Kind.ACCOUNT_ENABLED:
            return await self._enabled(event)
        return await self._lifecycle(event) if kind is Kind.LIFECYCLE else await self._hint(event)

    async def _signal(self, event: StoredEvent, cause: Cause) -> Outcome:
        """A grant that was used since then outlived the news, or was given after it."""
        credential = await get_credential(self._tx, self._row.org_id, self._row.id)
        at = event.occurred_at or event.received_at
        if credential.issued_at > at + SKEW or not await self._is_newest(ACCOUNT, at):
            return Outcome.OLD_NEWS
        said = self._evidence(event)
        await suspect(self._rt, self._tx, self._row, said, cause, Actor.PROVIDER_SIGNAL)
        if self._row.status == Status.VERIFYING:
            await enqueue(self._tx, VERIFY, self._row.id)
        return Outcome.SUSPICION

    def _evidence(self, event: StoredEvent) -> Evidence:
        label = spec_of(event.provider).label
        when = f" at {event.occurred_at.isoformat(timespec='seconds')}" if event.occurred_at else ""
        host = httpx.URL(self._rt.config.base_url).host
        path = f"/hooks/{event.provider}"
        message = f"{label} told us: {event.topic}{when}"
        return Evidence(Signal.PROVIDER_SIGNAL, "webhook", "POST", path, host, None, event.topic, message)

    async def _enabled(self, event: StoredEvent) -> Outcome:
        if not await self._is_newest(ACCOUNT, event.occurred_at or event.received_at):
            return Outcome.OLD_NEWS
        await enqueue(self._tx, PROBE, self._row.id)
        return Outcome.PROBE

    async def _lifecycle(self, event: StoredEvent) -> Outcome:
        """Of a subscription: near its end, or events were lost. Both are looked at; the first may be a dying grant."""
        if self._row.status not in ALIVE:
            return Outcome.NOT_CONNECTED
        await enqueue(self._tx, KEEP, self._row.id)
        if event.topic == "reauthorizationRequired":
            await enqueue(self._tx, REFRESH_NOW, self._row.id)
            return Outcome.REFRESH
        return await self._hint(event)

    async def _hint(self, event: StoredEvent) -> Outcome:
        """At most one look in ten seconds, however many hints come; and none for what was read since."""
        if self._row.status not in ALIVE:
            return Outcome.NOT_CONNECTED
        if syncs(self._row) and event.occurred_at and self._row.data_as_of and event.occurred_at < self._row.data_as_of:
            return Outcome.OLD_NEWS
        if not looks_at_once(self._row):
            return Outcome.LATER
        return await self._look_together()

    async def _look_together(self) -> Outcome:
        """A look that waits sees whatever was told before it begins. It begins not before now, however late it is."""
        mark, now = await self._mark(HINT), self._rt.clock.now()
        due, waits = _earliest(mark.due_at, now), await self._waiting(mark)
        if waits is not None and waits <= due:
            mark.due_at = max(waits, now)
            return Outcome.COALESCED
        mark.due_at = due
        return await look(self._tx, self._row, due)

    async def _waiting(self, mark: HookMark) -> datetime | None:
        """When the next look begins. One that has begun may have read already what is told now."""
        if not syncs(self._row):
            return await next_start(self._tx, PROBE, self._row.id)
        return self._row.next_sync_at or mark.due_at  # no schedule yet: then what was asked for is believed

    async def _is_newest(self, topic: str, at: datetime) -> bool:
        mark = await self._mark(topic)
        if mark.newest_at is not None and at < mark.newest_at:
            return False
        mark.newest_at = at
        return True

    async def _mark(self, topic: str) -> HookMark:
        """The connection's row is locked, so nobody else makes one meanwhile."""
        if topic not in self._marks:
            asked = select(HookMark).where(
                HookMark.org_id == self._row.org_id, HookMark.connection_id == self._row.id, HookMark.topic == topic
            )
            found = await self._tx.session.scalar(asked)
            if found is None:
                found = HookMark(id=new_id(), org_id=self._row.org_id, connection_id=self._row.id, topic=topic)
                self._tx.session.add(found)
            self._marks[topic] = found
        return self._marks[topic]

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor
from mailwarden.connections.transitions import facts, mark_inactive
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.metrics.models import Campaign
from mailwarden.providers.base import Cause
from mailwarden.sync.models import SyncRun
from mailwarden.sync.start import start_run
from tests.conftest import MakeConnection
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.sync.portal import Portal, open_portal


@pytest.fixture
def portal(runtime: Runtime, replies: Replies) -> Portal:
    return open_portal(runtime, replies)


@dataclass
class Desk:
    """What the tests of this folder do again and again to one connection."""

    runtime: Runtime
    connection: Connection

    @property
    def org_id(self) -> UUID:
        return self.connection.org_id

    async def start(self) -> UUID:
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, self.connection.id, lock=True)
            return (await start_run(self.runtime, tx, row, "auto")).id

    async def sync(self) -> SyncRun:
        """A whole run, and what it came to."""
        run_id = await self.start()
        await drain(self.runtime)
        return await self.run(run_id)

    async def run(self, run_id: UUID) -> SyncRun:
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            return await tx.session.get_one(SyncRun, run_id)

    async def runs(self) -> list[SyncRun]:
        """Oldest first."""
        return await self.rows(SyncRun)

    async def rows(self, model: Any) -> list[Any]:
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            return list(await tx.session.scalars(select(model).order_by(model.created_at, model.id)))

    async def campaigns(self) -> dict[str, Campaign]:
        return {one.external_id: one for one in await self.rows(Campaign)}

    async def row(self) -> Connection:
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            return await get_connection(tx, self.org_id, self.connection.id)

    async def set(self, **columns: Any) -> None:
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, self.connection.id, lock=True)
            for name, value in columns.items():
                setattr(row, name, value)

    async def tell(self, type: EventType, **data: Any) -> None:
        """An event of the connection, with everything that follows from it."""
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, self.connection.id)
            await record(tx, type, connection_id=row.id, data=facts(row) | data)
        await drain(self.runtime)

    async def die(self) -> None:
        """The verdict, with everything that follows from it."""
        async with unit_of_work(self.runtime.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, self.connection.id, lock=True)
            await mark_inactive(self.runtime, tx, row, Cause.ACCESS_REVOKED, Actor.PROBE)
        await drain(self.runtime)

    async def events(self) -> list[str]:
        return [one.type for one in await self.rows(Event)]


MakeDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture
def make_desk(runtime: Runtime, make_connection: MakeConnection) -> MakeDesk:
    async def make(**over: Any) -> Desk:
        return Desk(runtime, await make_connection(**{"life_s": 10**8} | over))

    return make


@pytest.fixture
async def desk(make_desk: MakeDesk, portal: Portal) -> Desk:
    return await make_desk()

"""One claimed run with what it needs, shared by reading, storing and ending."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import Lease
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.store import Source
from mailwarden.providers.base import Api, Window
from mailwarden.providers.capabilities import ListsCampaigns
from mailwarden.sync.journal import Heard, hear
from mailwarden.sync.models import SyncRun
from mailwarden.sync.progress import Progress


@dataclass
class Work:
    """``progress`` and ``calls`` are what the database holds; they move on with each commit."""

    rt: Runtime
    lease: Lease
    run_id: UUID
    connection: Connection
    window: Window
    provider: ListsCampaigns
    api: Api
    progress: Progress
    calls: int

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        async with unit_of_work(self.rt.sessions, self.connection.org_id) as tx:
            await self.lease.guard(tx)
            yield tx

    def source(self, as_of: datetime, since: datetime) -> Source:
        return Source(self.connection.org_id, self.connection.id, self.run_id, as_of, since)

    def change(self) -> Any:
        """Reaches nothing once the run was ended from outside."""
        mine = update(SyncRun).where(SyncRun.org_id == self.connection.org_id, SyncRun.id == self.run_id)
        return mine.where(SyncRun.status == "running")

    async def listen(self) -> list[Heard]:
        """What was asked and answered since the last time."""
        taken, now = self.api.take_exchanges(), self.rt.clock.now()
        return await hear(taken, now, keep=self.rt.config.retention.sync_bodies_days > 0)

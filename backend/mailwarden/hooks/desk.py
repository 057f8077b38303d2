"""What one API process keeps for its receivers: how many requests are inside, the backlog, and counts to be written."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.errors import ServiceUnavailable
from mailwarden.core.metrics import HOOKS
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.models import RefusedHooks, StoredEvent
from mailwarden.providers.hooks.base import Reason

log = logging.getLogger(__name__)

MOST_INSIDE = 64
MOST_WAITING = 10_000
LOOK_EVERY_S = 1.0
WRITE_AFTER_S = 1.0
COME_BACK_S = "30"


class Desk:
    """Counts of forged requests are written once a second at most: a flood of them must not become one of writes."""

    def __init__(self, rt: Runtime, *, most_waiting: int = MOST_WAITING) -> None:
        self._rt = rt
        self._most_waiting = most_waiting
        self._inside = 0
        self._waiting, self._looked_at = 0, float("-inf")
        self._refused: Counter[tuple[str, Reason]] = Counter()
        self._writer: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises ServiceUnavailable where there is no room: every provider comes again."""
        if self._inside >= MOST_INSIDE:
            raise _full()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def check_backlog(self) -> None:
        now = time.monotonic()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._waiting = await self._count_waiting()
        if self._waiting >= self._most_waiting:
            raise _full()

    async def _count_waiting(self) -> int:
        some = select(StoredEvent.id).where(StoredEvent.state == "ready").limit(self._most_waiting).subquery()
        async with reader(self._rt.sessions) as tx:
            return await tx.session.scalar(select(func.count()).select_from(some)) or 0

    def refuse(self, provider: str, reason: Reason) -> None:
        HOOKS.labels(provider, reason).inc()
        self._refused[provider, reason] += 1
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def close(self) -> None:
        """What was refused in the last moment is counted, too."""
        if self._writer is not None and not self._writer.done():
            self._writer.cancel()
            await self.write()

    async def _write_soon(self) -> None:
        await asyncio.sleep(WRITE_AFTER_S)
        await self.write()

    async def write(self) -> None:
        """What cannot be written is tried again with the next refusal."""
        counts, self._refused = self._refused, Counter()
        try:
            async with unit_of_work(self._rt.sessions) as tx:
                day = self._rt.clock.now().date()
                for (provider, reason), count in sorted(counts.items()):
                    row = insert(RefusedHooks).values(provider=provider, day=day, reason=reason, count=count)
                    more = {"count": RefusedHooks.count + row.excluded.count}
                    keys = ["provider", "day", "reason"]
                    await tx.session.execute(row.on_conflict_do_update(index_elements=keys, set_=more))
        except (SQLAlchemyError, OSError):
            self._refused.update(counts)
            log.warning("refused webhooks are not counted in the database yet", exc_info=True)


def _full() -> ServiceUnavailable:
    return ServiceUnavailable("Too much has come in. Try again later.", headers={"Retry-After": COME_BACK_S})

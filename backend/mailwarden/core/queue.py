"""The wire between due rows and workers: arq carries the wake-up, and nothing is lost when it does not arrive."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4

import msgpack
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy import ARRAY, Double, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from mailwarden.core.db import Sessions
from mailwarden.core.metrics import RELAY_DIRECT

log = logging.getLogger(__name__)

QUEUES = {"fast": "mailwarden:fast", "bulk": "mailwarden:bulk"}
FUNCTION = "run_job"
BATCH = 200  # per queue and round
EACH = 50  # per organization, queue and round
TURNS = 500  # organizations looked at per round while there is much to do
WAITING_PER_PLACE = 2  # wake-ups that nobody has begun yet, per place of a living worker
STALE_S = 3.0  # a wake-up that was not claimed by then is sent again
DIRECT_AFTER_S = 2.0
PATIENCE_S = 0.3  # Redis that takes longer is as good as away: wake-ups one after the other would hold up all work
MARK_S = 60
ASK_DUE = text("SELECT * FROM job_due(:limit, :each, make_interval(secs => :stale), :queues, :turns)").bindparams(
    bindparam("stale", type_=Double), bindparam("queues", type_=ARRAY(Text)), bindparam("turns", type_=ARRAY(Uuid))
)
ASK_HANDS = text("SELECT count(*) FROM worker_heartbeats WHERE seen_at > app_now() - interval '20 seconds'")
ASK_TURNS = text(f"SELECT * FROM job_tenants(:after, {TURNS})").bindparams(bindparam("after", type_=Uuid))  # noqa: S608
HAND_BACK_S = 5.0


class Due(NamedTuple):
    id: UUID
    queue: str
    fence: int
    due_at: datetime


class Wire(Protocol):
    """Brings a wake-up to some worker; may raise RedisError or OSError, may lose it."""

    async def push(self, due: Due) -> None: ...

    async def waiting(self, queue: str) -> int:
        """Wake-ups that no worker has begun yet."""
        ...

    async def forgot(self) -> bool:
        """Whether all that was pushed before the last question is gone."""
        ...


async def leave_queue(redis: ArqRedis, queue: str, wake: str) -> None:
    """As soon as it is begun, not only when it has ended, as arq does.

    What a killed worker had in hand would stay for hours otherwise: all others would look at it twenty times a second,
    and the relay would take it for a wake-up that waits and send no more. The row's lease knows what runs.
    """
    with suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            await redis.zrem(QUEUES[queue], wake)


def packb(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value, use_bin_type=True)
    return packed


def unpackb(raw: bytes) -> Any:
    """msgpack, never pickle: who can write to Redis must not run code here."""
    return msgpack.unpackb(raw, raw=False)


class ArqWire:
    """One wake-up per fence and ``STALE_S``: arq drops a second one of the same id, and that is all it may drop.

    Everything raises TimeoutError after ``PATIENCE_S``.
    """

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._mark = f"mailwarden:mark:{uuid4()}"
        self._marks = 0

    async def push(self, due: Due) -> None:
        wake = f"{due.id}:{due.fence}:{time.monotonic() // STALE_S:.0f}"
        name, queue = str(due.id), QUEUES[due.queue]
        async with asyncio.timeout(PATIENCE_S):
            await self._redis.enqueue_job(FUNCTION, name, _job_id=wake, _queue_name=queue, _expires=600)

    async def waiting(self, queue: str) -> int:
        async with asyncio.timeout(PATIENCE_S):
            return int(await self._redis.zcard(QUEUES[queue]))

    async def forgot(self) -> bool:
        """Where the mark that was left is gone, so is all else: Redis was flushed, or came back empty.

        An older mark says that what came after it is gone: a replica took over that was behind.
        """
        left, self._marks = self._marks, self._marks + 1
        async with asyncio.timeout(PATIENCE_S):
            before = await self._redis.set(self._mark, str(self._marks), ex=MARK_S, get=True)
        return left > 0 and before != str(left).encode()


class Relay:
    """Finds due rows and wakes workers. Any number may run; lost, flushed and refused wake-ups are sent again."""

    def __init__(
        self, system: Sessions, wire: Wire, run: Callable[[UUID], Awaitable[Any]], slots: dict[str, int]
    ) -> None:
        self._system = system
        self._wire = wire
        self._run = run
        self._places = slots
        self._direct: dict[str, set[asyncio.Task[Any]]] = {queue: set() for queue in slots}
        self._away_since: float | None = None
        self._lost_at = -math.inf  # wake-ups sent before are known to be gone
        self._tried_at = 0.0
        self._turns: list[UUID] = []
        self._hands = 1  # workers alive
        self.last_round = time.monotonic()

    @property
    def direct_mode(self) -> bool:
        return self._away_since is not None and time.monotonic() - self._away_since > DIRECT_AFTER_S

    async def forever(self, every_s: float) -> None:
        while True:
            try:
                found = await self.round()
            except Exception as exc:  # noqa: BLE001 - the database may be away; the next round finds the rows
                log.warning("relay round failed", extra={"error": type(exc).__name__})
                found = 0
            self.last_round = time.monotonic()
            await asyncio.sleep(0 if found >= EACH and self._away_since is None else every_s)

    async def round(self) -> int:
        """One look; returns how many due rows were woken.

        Where it could not see all that is due, the next one goes by turns. That busy workers left little room for what
        is due is no sign of there being little.
        """
        stale_s = await self._stale_s()
        rooms = {queue: await self._room(queue) for queue in QUEUES}
        async with self._system.begin() as session:
            found = [
                (room, await self._due(session, queue, room, stale_s)) for queue, room in rooms.items() if room > 0
            ]
            crowded = len(found) < len(rooms) or any(len(some) >= min(EACH, room) for room, some in found)
            self._turns = await self._next_turns(session) if crowded else []
            self._hands = await session.scalar(ASK_HANDS) or 1
        rows = [due for _, some in found for due in some]
        for due in rows:
            await self._wake(due)
        RELAY_DIRECT.set(self.direct_mode)
        return len(rows)

    async def _stale_s(self) -> float:
        """Shortly after a loss everything that was woken before it is stale."""
        with suppress(RedisError, OSError, TimeoutError):  # pushing will notice, too
            if not self.direct_mode and await self._wire.forgot():
                self._lost_at = time.monotonic()
        return min(STALE_S, time.monotonic() - self._lost_at)

    async def _room(self, queue: str) -> int:
        """More wake-ups than workers can soon take would only stand in the way of who becomes due next."""
        if self.direct_mode:
            return self._places[queue] - len(self._direct[queue])
        try:
            waiting = await self._wire.waiting(queue)
        except (RedisError, OSError, TimeoutError):  # pushing will notice, too
            waiting = 0
        return min(BATCH, self._hands * self._places[queue] * WAITING_PER_PLACE - waiting)

    async def _due(self, session: AsyncSession, queue: str, room: int, stale_s: float) -> list[Due]:
        given = {"limit": room, "each": min(EACH, room), "stale": stale_s, "queues": [queue], "turns": self._turns}
        return [Due(*row) for row in await session.execute(ASK_DUE, given)]

    async def _next_turns(self, session: AsyncSession) -> list[UUID]:
        """From where the last ones ended; after the end of all from the beginning."""
        after = self._turns[-1] if len(self._turns) == TURNS else None
        return list(await session.scalars(ASK_TURNS, {"after": after}))

    async def _wake(self, due: Due) -> None:
        if self.direct_mode and not await self._redis_is_back(due):
            self._run_here(due)
            return
        try:
            await self._wire.push(due)
            self._away_since = None
        except (RedisError, OSError, TimeoutError):
            self._away_since = self._away_since or time.monotonic()
            self._lost_at = time.monotonic()

    async def _redis_is_back(self, due: Due) -> bool:
        """Tried at most once a second, so that a dead Redis does not slow down every wake-up."""
        now = time.monotonic()
        if now - self._tried_at < 1:
            return False
        self._tried_at = now
        try:
            await self._wire.push(due)
        except (RedisError, OSError, TimeoutError):
            return False
        self._away_since = None
        return True

    def _run_here(self, due: Due) -> None:
        running = self._direct[due.queue]
        if len(running) >= self._places[due.queue]:
            self._lost_at = time.monotonic()  # Redis went away in the middle of a round; a later one finds the row
            return
        task = asyncio.create_task(self._work(due.id))
        running.add(task)
        task.add_done_callback(running.discard)

    async def _work(self, job_id: UUID) -> None:
        await self._run(job_id)

    async def drain(self, timeout_s: float) -> None:
        await finish(set().union(*self._direct.values()), timeout_s)


async def finish(tasks: set[asyncio.Task[Any]], grace_s: float) -> None:
    """Lets them end, then stops those that did not, which hand their jobs back."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=grace_s)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=HAND_BACK_S)

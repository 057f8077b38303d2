"""The worker pool: wakes jobs, runs them, and says that it is alive."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker, func
from prometheus_client import start_http_server
from redis.asyncio import ConnectionPool
from redis.exceptions import ResponseError
from sqlalchemy import text

from mailwarden.compose import open_runtime, required
from mailwarden.core.logging import configure_logging
from mailwarden.core.loop import run
from mailwarden.core.queue import FUNCTION, QUEUES, ArqWire, Relay, finish, leave_queue, packb, unpackb
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.core.watchdog import watched_loop
from mailwarden.settings import Settings
from mailwarden.work import job_kinds, start_jobs

log = logging.getLogger(__name__)

JOB_TIMEOUT_S = 6 * 3600  # the lease ends a dead job; arq's own timeout must never end a live one
BEGUN_S = 30  # a wake-up that a worker took and did not begin, since it died, is free again after so long
GRACE_S = 32.0  # longer than the wait for a turn and the deadline of a token call together
BULK_GRACE_S = 2.0  # a sync goes on from its last page in another process; a token refresh must end here
BEAT_EVERY_S = 5


def make_runner(rt: Runtime, place: str | None = None) -> JobRunner:
    return JobRunner(rt, job_kinds(), rt.sessions, rt.system, rt.rng, place)


class Pool:
    """One process: two arq queues, so that long syncs never keep a token refresh waiting, and a relay.

    ``place``: in which it is alone; whoever had it before is surely dead. None: nobody knows.
    """

    def __init__(self, rt: Runtime, settings: Settings, place: str | None = None) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._place = place
        self._rt = rt
        self._settings = settings
        self._slots = {"fast": settings.worker.fast_jobs, "bulk": settings.worker.bulk_jobs}
        self._runner = make_runner(rt, place)
        self._redis = self._arq_redis()
        self.relay = Relay(rt.system, ArqWire(self._redis), self._runner.run, self._slots)
        self._running: dict[str, set[asyncio.Task[Any]]] = {queue: set() for queue in QUEUES}
        self._lag_ms = 0

    def _arq_redis(self) -> ArqRedis:
        url = required(self._settings.redis.url, "REDIS__URL")
        pool = ConnectionPool.from_url(url, socket_timeout=2, socket_connect_timeout=1)
        return ArqRedis(pool, job_serializer=packb, job_deserializer=unpackb)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then no new work, and what runs gets a grace to end."""
        await start_jobs(self._rt)
        await self._take_over()
        loops = [
            self._supervise(lambda: self._consume("fast")),
            self._supervise(lambda: self._consume("bulk")),
            self._supervise(lambda: self.relay.forever(self._settings.worker.relay_every_s)),
            self._supervise(self._beat),
            self._supervise(self._measure_lag),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        await stop.wait()
        await self._stop(tasks)

    async def _take_over(self) -> None:
        """What the dead held need not wait for the end of its leases; the fence guards it all the same."""
        if self._place is None:
            return
        try:
            async with self._rt.system.begin() as session:
                freed = await session.scalar(text("SELECT job_free(:place)"), {"place": self._place})
        except Exception:
            log.exception("what a dead process held was not freed; its leases will run out")
            return
        if freed:
            log.warning("goes on with what a dead process held", extra={"freed": freed})

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        loops = set(tasks)
        while loops:  # a client that is just losing its connection may swallow one cancellation
            for task in loops:
                task.cancel()
            _, loops = await asyncio.wait(loops, timeout=1)
        await asyncio.gather(
            finish(self._running["fast"], GRACE_S),
            finish(self._running["bulk"], BULK_GRACE_S),
            self.relay.drain(GRACE_S),
        )
        with contextlib.suppress(Exception):
            await self._redis.aclose(close_connection_pool=True)

    async def _supervise(self, loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """arq ends its worker on any Redis error; here that costs a second, not the process."""
        while True:
            try:
                await loop()
            except asyncio.CancelledError:
                raise
            except Exception as exc:  # noqa: BLE001 - the point is to survive anything
                log.warning("worker loop restarts", extra={"error": f"{type(exc).__name__}: {exc}"})
            await asyncio.sleep(1)

    async def _consume(self, queue: str) -> None:
        async def run_job(ctx: dict[Any, Any], *args: Any, **_kwargs: Any) -> None:
            await leave_queue(self._redis, queue, ctx["job_id"])
            await self._runner.run(UUID(args[0]))

        slots = self._slots[queue]
        worker = Worker(
            functions=[func(run_job, name=FUNCTION, max_tries=1)],
            queue_name=QUEUES[queue],
            redis_pool=self._redis,
            handle_signals=False,
            max_jobs=slots,
            max_tries=1,
            retry_jobs=False,
            allow_abort_jobs=False,
            keep_result=0,
            job_timeout=JOB_TIMEOUT_S,
            job_completion_wait=0,
            poll_delay=0.05,
            queue_read_limit=max(1000, slots * 20),
            health_check_interval=5,
            job_serializer=packb,
            job_deserializer=unpackb,
        )
        worker.in_progress_timeout_s = BEGUN_S
        try:
            await worker.async_run()
        except (ValueError, ResponseError):
            # Something in there is not ours, and arq would fall over it for ever. All work lies in PostgreSQL.
            await self._redis.delete(QUEUES[queue])
            raise
        finally:  # Redis going away ends arq's worker, not the jobs that run
            self._running[queue] = {task for task in self._running[queue] if not task.done()} | set(
                worker.tasks.values()
            )

    async def _beat(self) -> None:
        while True:
            async with self._rt.system.begin() as session:
                await session.execute(
                    text("SELECT worker_beat(:worker, :version, :lag, :looked, :direct)"),
                    {
                        "worker": self.name,
                        "version": self._rt.config.version,
                        "lag": self._lag_ms,
                        "looked": self._rt.clock.now() - timedelta(seconds=time.monotonic() - self.relay.last_round),
                        "direct": self.relay.direct_mode,
                    },
                )
            await asyncio.sleep(BEAT_EVERY_S)

    async def _measure_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(1)
            self._lag_ms = round((time.monotonic() - before - 1) * 1000)


@asynccontextmanager
async def running_pool(rt: Runtime, settings: Settings, place: str | None = None) -> AsyncIterator[Pool]:
    """For programs that hold worker and API in one process."""
    stop = asyncio.Event()
    pool = Pool(rt, settings, place)
    task = asyncio.create_task(pool.run(stop))
    try:
        yield pool
    finally:
        stop.set()
        await task


async def serve(settings: Settings, place: str | None = None) -> None:
    """Until SIGTERM or SIGINT; ``place`` as of the pool."""
    configure_logging(settings.log_level, as_json=settings.log_json)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.worker.metrics_port:
        start_http_server(settings.worker.metrics_port, settings.host)
    async with (
        watched_loop(settings.worker.blocked_after_s),
        open_runtime(settings, application="mailwarden-worker", worker=True) as rt,
    ):
        await Pool(rt, settings, place).run(stop)


def main() -> None:
    run(serve(Settings()))


async def _wake(ctx: dict[str, Any], job_id: str) -> None:
    await leave_queue(ctx["redis"], "fast", ctx["job_id"])
    await ctx["runner"].run(UUID(job_id))


async def _open(ctx: dict[str, Any]) -> None:
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    ctx["opened"] = open_runtime(settings, application="mailwarden-arq", worker=True)
    ctx["runner"] = make_runner(await ctx["opened"].__aenter__())


async def _close(ctx: dict[str, Any]) -> None:
    await ctx["opened"].__aexit__(None, None, None)


class WorkerSettings:
    """For `arq mailwarden.worker.WorkerSettings`: more hands for the fast queue; relays run in `mailwarden worker`."""

    functions = [func(_wake, name=FUNCTION, max_tries=1)]  # noqa: RUF012 - arq's own shape
    on_startup = _open
    on_shutdown = _close
    queue_name = QUEUES["fast"]
    redis_settings = RedisSettings.from_dsn(os.environ.get("MAILWARDEN_REDIS__URL", "redis://localhost:6379"))
    max_jobs = 40
    retry_jobs = False
    keep_result = 0
    job_timeout = JOB_TIMEOUT_S
    job_completion_wait = round(GRACE_S)
    poll_delay = 0.05
    queue_read_limit = 1000
    job_serializer = packb
    job_deserializer = unpackb

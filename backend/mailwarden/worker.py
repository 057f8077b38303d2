"""The worker pool: lists every job kind, wakes and runs them, and says that it is alive."""

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

from mailwarden.accounts.access_retention import KEPT as ACCESS_KEPT
from mailwarden.accounts.jobs import JOBS as ACCOUNT_JOBS
from mailwarden.alerts.jobs import JOBS as ALERT_JOBS
from mailwarden.alerts.jobs import LISTENERS as ALERT_LISTENERS
from mailwarden.alerts.jobs import start_up as start_alerts
from mailwarden.alerts.retention import KEPT as ALERTS_KEPT
from mailwarden.billing.jobs import JOBS as BILLING_JOBS
from mailwarden.billing.jobs import start_up as start_billing
from mailwarden.billing.retention import KEPT as BILLING_KEPT
from mailwarden.compose import open_runtime, required
from mailwarden.connections.jobs import JOBS as CONNECTION_JOBS
from mailwarden.connections.jobs import start_up as start_connections
from mailwarden.connections.retention import KEPT as CONNECTIONS_KEPT
from mailwarden.connections.retest import JOBS as RETEST_JOBS
from mailwarden.connections.retest import LISTENERS as RETEST_LISTENERS
from mailwarden.core.housekeeping import ensure_instance_jobs, prune_kind
from mailwarden.core.jobs import JobKinds
from mailwarden.core.logging import configure_logging
from mailwarden.core.loop import run
from mailwarden.core.queue import FUNCTION, QUEUES, ArqWire, Relay, finish, packb, unpackb
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.core.watchdog import watched_loop
from mailwarden.deliverability.blocklists.jobs import JOBS as BLOCKLIST_JOBS
from mailwarden.deliverability.blocklists.jobs import LISTENERS as BLOCKLIST_LISTENERS
from mailwarden.deliverability.blocklists.jobs import start_up as start_blocklists
from mailwarden.deliverability.blocklists.retention import KEPT as BLOCKLISTS_KEPT
from mailwarden.deliverability.dmarc_reports.retention import KEPT as DMARC_KEPT
from mailwarden.deliverability.domains.jobs import JOBS as DOMAIN_JOBS
from mailwarden.deliverability.domains.jobs import LISTENERS as DOMAIN_LISTENERS
from mailwarden.deliverability.domains.retention import KEPT as DOMAINS_KEPT
from mailwarden.deliverability.score.jobs import JOBS as SCORE_JOBS
from mailwarden.deliverability.score.jobs import LISTENERS as SCORE_LISTENERS
from mailwarden.deliverability.score.retention import KEPT as SCORE_KEPT
from mailwarden.developers.webhooks.jobs import JOBS as WEBHOOK_JOBS
from mailwarden.developers.webhooks.jobs import LISTENERS as WEBHOOK_LISTENERS
from mailwarden.developers.webhooks.retention import KEPT as WEBHOOKS_KEPT
from mailwarden.diagnostics.retention import KEPT as DIAGNOSTICS_KEPT
from mailwarden.events.dispatch import dispatch_kind, merge
from mailwarden.events.retention import KEPT as EVENTS_KEPT
from mailwarden.exports.jobs import JOBS as EXPORT_JOBS
from mailwarden.exports.retention import KEPT as EXPORTS_KEPT
from mailwarden.hooks.jobs import JOBS as HOOK_JOBS
from mailwarden.hooks.jobs import LISTENERS as HOOK_LISTENERS
from mailwarden.hooks.retention import KEPT as HOOKS_KEPT
from mailwarden.metrics.jobs import JOBS as METRICS_JOBS
from mailwarden.metrics.jobs import LISTENERS as METRICS_LISTENERS
from mailwarden.metrics.retention import KEPT as METRICS_KEPT
from mailwarden.organizations.posting import JOBS as ORGANIZATION_JOBS
from mailwarden.organizations.retention import KEPT as ORGANIZATIONS_KEPT
from mailwarden.settings import Settings
from mailwarden.status.measure import JOBS as STATUS_JOBS
from mailwarden.status.measure import start_up as start_status
from mailwarden.support.posting import JOBS as SUPPORT_JOBS
from mailwarden.sync.jobs import JOBS as SYNC_JOBS
from mailwarden.sync.jobs import LISTENERS as SYNC_LISTENERS
from mailwarden.sync.paid import LISTENERS as PAID_LISTENERS
from mailwarden.sync.retention import KEPT as SYNC_KEPT

log = logging.getLogger(__name__)

JOB_TIMEOUT_S = 6 * 3600  # the lease ends a dead job; arq's own timeout must never end a live one
GRACE_S = 25.0
BULK_GRACE_S = 2.0  # a sync goes on from its last page in another process; a token refresh must end here
BEAT_EVERY_S = 5


KEPT = [*EVENTS_KEPT, *CONNECTIONS_KEPT, *SYNC_KEPT, *ALERTS_KEPT, *HOOKS_KEPT, *WEBHOOKS_KEPT, *DIAGNOSTICS_KEPT]
KEPT += ORGANIZATIONS_KEPT + ACCESS_KEPT + BILLING_KEPT + METRICS_KEPT
KEPT += EXPORTS_KEPT + BLOCKLISTS_KEPT + SCORE_KEPT + DOMAINS_KEPT + DMARC_KEPT


def job_kinds() -> JobKinds:
    kinds = JobKinds().add(
        *CONNECTION_JOBS, *SYNC_JOBS, *HOOK_JOBS, *ALERT_JOBS, *STATUS_JOBS, *WEBHOOK_JOBS, *ACCOUNT_JOBS
    )
    kinds.add(*ORGANIZATION_JOBS, *SUPPORT_JOBS, *EXPORT_JOBS)
    kinds.add(*BILLING_JOBS, *RETEST_JOBS, *METRICS_JOBS)
    kinds.add(*SCORE_JOBS)
    kinds.add(*BLOCKLIST_JOBS, *DOMAIN_JOBS)
    kinds.add(prune_kind(KEPT))
    listeners = merge(HOOK_LISTENERS, SYNC_LISTENERS, ALERT_LISTENERS, WEBHOOK_LISTENERS, SCORE_LISTENERS)
    listeners = merge(listeners, METRICS_LISTENERS, DOMAIN_LISTENERS, BLOCKLIST_LISTENERS)
    return kinds.add(dispatch_kind(merge(listeners, RETEST_LISTENERS, PAID_LISTENERS)))


def make_runner(rt: Runtime) -> JobRunner:
    return JobRunner(rt, job_kinds(), rt.sessions, rt.system, rt.rng)


class Pool:
    """One process: two arq queues, so that long syncs never keep a token refresh waiting, and a relay."""

    def __init__(self, rt: Runtime, settings: Settings) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._rt = rt
        self._settings = settings
        self._slots = {"fast": settings.worker.fast_jobs, "bulk": settings.worker.bulk_jobs}
        self._runner = make_runner(rt)
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
        await ensure_instance_jobs(self._rt)
        await start_connections(self._rt)
        await start_alerts(self._rt)
        await start_status(self._rt)
        await start_billing(self._rt)
        await start_blocklists(self._rt)
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
        async def run_job(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:  # noqa: ARG001 - arq's signature
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
async def running_pool(rt: Runtime, settings: Settings) -> AsyncIterator[Pool]:
    """For programs that hold worker and API in one process."""
    stop = asyncio.Event()
    pool = Pool(rt, settings)
    task = asyncio.create_task(pool.run(stop))
    try:
        yield pool
    finally:
        stop.set()
        await task


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
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
        await Pool(rt, settings).run(stop)


def main() -> None:
    run(serve(Settings()))


async def _wake(ctx: dict[str, Any], job_id: str) -> None:
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

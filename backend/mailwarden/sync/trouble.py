"""When a provider does not give what a run asks for: wait from the checkpoint, or end honestly."""

from datetime import datetime, timedelta

from mailwarden.connections.health import report_failure
from mailwarden.connections.present import provider_label
from mailwarden.connections.rules import Actor
from mailwarden.core.db import UnitOfWork
from mailwarden.core.jobs import RetryLater, backoff_s
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import AccessRevoked, ProviderError, RateLimited, Unavailable
from mailwarden.sync import errors
from mailwarden.sync.finish import fail
from mailwarden.sync.journal import Heard, write_journal
from mailwarden.sync.models import SyncRun
from mailwarden.sync.progress import Incomplete, Progress
from mailwarden.sync.schedule import bring_forward
from mailwarden.sync.work import Work

PATIENCE = timedelta(minutes=10)  # without a single page; longer waits are the schedule's
LONGEST_PAUSE_S = 60
SOON = timedelta(minutes=15)


async def meet_trouble(work: Work, exc: ProviderError) -> None:
    """The provider's passing trouble is not the end of a run; its refusal is."""
    now = work.rt.clock.now()
    troubled = work.progress.troubled(now)
    wait = _wait_s(work.rt, troubled, exc)
    since = datetime.fromisoformat(troubled.trouble_since or now.isoformat())
    heard = await work.listen()
    async with work.writing() as tx:
        await report_failure(work.rt, tx, work.connection.id, exc, Actor.SYNC)
        await _write_down(work, tx, heard)
        if wait is None or now + timedelta(seconds=wait) - since > PATIENCE:
            await _end(work, tx, exc)
            await work.lease.finish(tx)
            return
        note = _note_text(work, exc, now + timedelta(seconds=wait))
        await tx.session.execute(work.change().values(checkpoint=troubled.as_json(), note=note))
    raise RetryLater(wait)


def _wait_s(rt: Runtime, troubled: Progress, exc: ProviderError) -> float | None:
    """None: waiting does not help."""
    if isinstance(exc, RateLimited):
        return exc.retry_after_s
    if isinstance(exc, Unavailable):
        return exc.retry_after_s or backoff_s(troubled.tries, rt.rng, cap_s=LONGEST_PAUSE_S)
    return None


def _note_text(work: Work, exc: ProviderError, until: datetime) -> str:
    label = provider_label(work.connection.provider)
    why = "has no room for more requests" if isinstance(exc, RateLimited) else "does not answer"
    return f"{label} {why}; going on at {until:%H:%M:%S} UTC."


async def _end(work: Work, tx: UnitOfWork, exc: ProviderError) -> None:
    """What may pass is tried again before long, however seldom the account is synced otherwise."""
    provider, now = work.connection.provider, work.rt.clock.now()
    error = errors.of_provider(provider, exc)
    again = now + (timedelta(seconds=exc.retry_after_s) if isinstance(exc, RateLimited) else SOON)
    if isinstance(exc, RateLimited | Unavailable | AccessRevoked):
        await bring_forward(tx, work.connection, again)
    if isinstance(exc, RateLimited) and work.progress.phase == "figures":
        error = errors.figures_pending(provider, exc, f"{again:%H:%M} UTC")
    await fail(work.rt, tx, work.run_id, work.connection.id, error)


async def refuse_listing(work: Work, exc: Incomplete) -> None:
    heard = await work.listen()
    async with work.writing() as tx:
        await _write_down(work, tx, heard)
        await fail(work.rt, tx, work.run_id, work.connection.id, errors.of_listing(work.connection.provider, exc))
        await work.lease.finish(tx)


async def _write_down(work: Work, tx: UnitOfWork, heard: list[Heard]) -> None:
    """The answers that were no page: why a run waits or ends stands in its journal, too."""
    counted = work.change().values(calls_made=SyncRun.calls_made + len(heard))
    after = await tx.session.scalar(counted.returning(SyncRun.calls_made))
    if heard and after is not None:
        await write_journal(tx, work.run_id, heard, after - len(heard), rows=None, changed=None)

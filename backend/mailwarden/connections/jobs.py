"""The schedules that keep connections alive, and those that keep the truth about them."""

import logging
from datetime import datetime, timedelta

from mailwarden.connections.credentials import journal_of, replay_journal
from mailwarden.connections.foretelling import foresee
from mailwarden.connections.give_back import TRIES, give_back_grant
from mailwarden.connections.grant_life import FORECAST
from mailwarden.connections.incidents import watch_incidents
from mailwarden.connections.keepsake import GIVE_BACK
from mailwarden.connections.mail_servers import signs_in_by_password
from mailwarden.connections.paid import keeps_alive
from mailwarden.connections.probe import banned_until, load_row, probe_connection
from mailwarden.connections.refresh import refresh_once
from mailwarden.connections.rules import Status
from mailwarden.connections.telling import read_told
from mailwarden.connections.transitions import PROBE, REFRESH, VERIFY
from mailwarden.connections.uninstalls import read_uninstalls
from mailwarden.connections.unreadable import Unreadable
from mailwarden.connections.verify import verify_connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import Again, JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load

log = logging.getLogger(__name__)

UNINSTALLS, INCIDENTS, REPLAY = "uninstall_journal", "watch_incidents", "replay_token_journal"
REPLAY_EVERY = timedelta(minutes=1)
WATCH_EVERY = timedelta(seconds=30)
LEFT_TO_VERIFY = timedelta(seconds=60)
BUSY = timedelta(seconds=5)
UNPAID = timedelta(hours=1)


async def refresh_connection(rt: Runtime, lease: Lease) -> Again | None:
    """The loop that refreshes ahead of expiry (C36). Retries of a refused token are the check's business."""
    row = await load_row(rt, lease)
    if row is None or row.status == Status.INACTIVE or signs_in_by_password(row.provider):
        return None
    if row.provider not in rt.config.providers or row.status == Status.VERIFYING:
        return Again(rt.clock.now() + LEFT_TO_VERIFY)
    if wait := banned_until(rt, row):
        return Again(wait)
    if not await keeps_alive(rt, row.org_id):
        return Again(rt.clock.now() + UNPAID)
    if journal_of(rt).is_stale():  # each host has its own
        await replay_journal(rt)
    await refresh_once(rt, row.org_id, row.id, row.provider)
    try:
        held = await read_told(rt, row)
    except Unreadable:  # it is inactive by now, and the probe looks after it
        return None
    return Again(_next(rt, held.refresh_after, held.next_try_at))


def _next(rt: Runtime, refresh_after: datetime, next_try_at: datetime | None) -> datetime:
    now = rt.clock.now()
    due = max(refresh_after, next_try_at) if next_try_at else refresh_after
    return due if due > now else now + BUSY


async def read_journal(rt: Runtime, lease: Lease) -> Again | None:
    """Of the provider in the job's key."""
    if lease.key not in rt.config.providers:
        return None
    await read_uninstalls(rt, lease.key)
    return Again(rt.clock.now() + timedelta(seconds=rt.config.timing.journal_poll_s))


async def watch(rt: Runtime, _: Lease) -> Again:
    await watch_incidents(rt)
    return Again(rt.clock.now() + WATCH_EVERY)


async def replay(rt: Runtime, _: Lease) -> Again:
    await replay_journal(rt)
    return Again(rt.clock.now() + REPLAY_EVERY)


JOBS = [
    JobKind(REFRESH, refresh_connection, lease_s=45, max_attempts=None),
    JobKind(PROBE, probe_connection, max_attempts=None),
    JobKind(VERIFY, verify_connection, max_attempts=None),
    JobKind(FORECAST, foresee, max_attempts=None),
    JobKind(GIVE_BACK, give_back_grant, max_attempts=TRIES),
    JobKind(UNINSTALLS, read_journal, max_attempts=None),
    JobKind(INCIDENTS, watch, max_attempts=None),
    JobKind(REPLAY, replay, max_attempts=None),
]


async def start_up(rt: Runtime) -> None:
    """Of every worker: what an earlier process left on this disk, and the schedules that belong to no organization."""
    await replay_journal(rt)
    async with unit_of_work(rt.sessions) as tx:
        for kind in (INCIDENTS, REPLAY):
            await enqueue(tx, kind, "instance")
        for name, spec in load().items():
            if spec.uninstall_journal is not None and name in rt.config.providers:
                await enqueue(tx, UNINSTALLS, name)

"""What the worker runs for this feature."""

from contextlib import suppress

from mailwarden.connections.credentials import read_held, wait_for_holder
from mailwarden.connections.probe import load_row
from mailwarden.connections.refresh import refresh_once
from mailwarden.connections.rules import Status
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.jobs import Again, JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.keeping import LISTENERS, keep_hooks
from mailwarden.hooks.process import process_hook
from mailwarden.hooks.words import KEEP, PROCESS, REFRESH_NOW


async def refresh_now(rt: Runtime, lease: Lease) -> Again | None:
    """Whether the grant still lives, asked before its time; a refusal is reported where all refreshes are."""
    row = await load_row(rt, lease)
    if row is None or row.status == Status.INACTIVE or row.provider not in rt.config.providers:
        return None
    await wait_for_holder(rt, row.org_id, row.id)
    with suppress(Unreadable):
        held = await read_held(rt, row.org_id, row.id)
        await refresh_once(rt, row.org_id, row.id, row.provider, only_version=held.version)
    return None


__all__ = ["JOBS", "LISTENERS"]

JOBS = [
    JobKind(PROCESS, process_hook, max_attempts=None),
    JobKind(REFRESH_NOW, refresh_now, lease_s=45),
    JobKind(KEEP, keep_hooks, max_attempts=None),
]

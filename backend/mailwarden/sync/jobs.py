"""What the worker runs for this feature."""

from mailwarden.core.jobs import JobKind
from mailwarden.sync.journal import PRUNE, prune_journal
from mailwarden.sync.run import MAX_ATTEMPTS, sync_run
from mailwarden.sync.schedule import LISTENERS, TICK, sync_tick
from mailwarden.sync.start import RUN

__all__ = ["JOBS", "LISTENERS"]

JOBS = [
    JobKind(RUN, sync_run, queue="bulk", lease_s=60, max_attempts=MAX_ATTEMPTS),
    JobKind(TICK, sync_tick, max_attempts=None),
    JobKind(PRUNE, prune_journal, queue="bulk", max_attempts=None),
]

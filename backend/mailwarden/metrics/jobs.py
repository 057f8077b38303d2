"""What the worker runs for figures."""

from mailwarden.core.jobs import JobKind
from mailwarden.events.dispatch import merge
from mailwarden.metrics import rollup
from mailwarden.metrics.reconciliation import run, schedule, store

JOBS = [
    JobKind(rollup.ROLL_UP, rollup.roll_up, queue="bulk", lease_s=120, max_attempts=8),
    JobKind(store.RECONCILE, run.reconcile, queue="bulk", lease_s=900, max_attempts=4),
    JobKind(schedule.TICK, schedule.reconcile_tick, queue="bulk", max_attempts=None),
]
LISTENERS = merge(rollup.LISTENERS, schedule.LISTENERS)

"""What the worker runs for figures."""

from mailwarden.core.jobs import JobKind
from mailwarden.events.dispatch import merge
from mailwarden.metrics import rollup

JOBS = [JobKind(rollup.ROLL_UP, rollup.roll_up, queue="bulk", lease_s=120, max_attempts=8)]
LISTENERS = merge(rollup.LISTENERS)

"""What the worker runs for this feature."""

from mailwarden.core.jobs import JobKind
from mailwarden.events.dispatch import merge
from mailwarden.sending import wake
from mailwarden.sending.deliver import send_next
from mailwarden.sending.lookup import LISTENERS as LOOKED
from mailwarden.sending.lookup import look_up
from mailwarden.sending.outcomes import LOOKUP
from mailwarden.sending.wake import SEND

__all__ = ["JOBS", "LISTENERS"]

LISTENERS = merge(wake.LISTENERS, LOOKED)
JOBS = [
    JobKind(SEND, send_next, queue="bulk", lease_s=90, max_attempts=None),
    JobKind(LOOKUP, look_up, queue="bulk", lease_s=90, max_attempts=None),
]

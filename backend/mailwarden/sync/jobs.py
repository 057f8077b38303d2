"""What the worker runs for this feature."""

from mailwarden.core.jobs import JobKind
from mailwarden.events.dispatch import Listeners

JOBS: list[JobKind] = []
LISTENERS: Listeners = {}

from mailwarden.core.housekeeping import Kept
from mailwarden.events.models import Event

KEPT = [Kept(Event.created_at, "events_days")]

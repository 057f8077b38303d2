from mailwarden.core.housekeeping import Kept
from mailwarden.sending.tracking.models import TrackingEvent

KEPT = [Kept(TrackingEvent.created_at, "tracking_events_days")]  # when each recipient opened first stays with the mail

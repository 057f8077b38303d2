"""How long the log of this feature is kept; raw deliveries and events are the instance's (core/housekeeping.py)."""

from mailwarden.core.housekeeping import Kept
from mailwarden.hooks.models import HookLog

KEPT = [Kept(HookLog.received_at, "hook_log_days")]

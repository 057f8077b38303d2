"""Names that more than one module of this feature uses."""

from enum import StrEnum

PROCESS, REFRESH_NOW, KEEP = "process_hook", "hook_refresh", "keep_hooks"


class Outcome(StrEnum):
    """What we did about an event, for one connection."""

    SUSPICION = "suspicion"  # checked at once; the verdict is the check's
    PROBE = "probe"
    SYNC = "sync"
    REFRESH = "refresh"
    COALESCED = "coalesced"  # a look that is to come anyway will see it
    OLD_NEWS = "old_news"  # something newer is known already
    LATER = "later"  # the schedule that the members chose will see it
    NOT_CONNECTED = "not_connected"
    TEST = "test"
    UNREADABLE = "unreadable"

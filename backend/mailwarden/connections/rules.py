"""The words of a connection, shared by code, API and interface (`DOMAIN.md` §0, §2)."""

from enum import StrEnum


class Status(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    VERIFYING = "verifying"
    INACTIVE = "inactive"
    DISCONNECTED = "disconnected"


class Degraded(StrEnum):
    """The provider is in trouble; nothing for the user to do."""

    PROVIDER_UNAVAILABLE = "provider_unavailable"
    RATE_LIMITED = "rate_limited"


class Frequency(StrEnum):
    REALTIME = "realtime"
    HOURLY = "hourly"
    EVERY_6_HOURS = "every_6_hours"
    DAILY = "daily"


class HistoryRange(StrEnum):
    DAYS_30 = "days_30"
    DAYS_90 = "days_90"
    MONTHS_12 = "months_12"
    ALL = "all"


class Actor(StrEnum):
    USER = "user"
    PROVIDER_SIGNAL = "provider_signal"
    PROBE = "probe"
    SYNC = "sync"
    REFRESH = "refresh"
    OPERATOR = "operator"


class WhoMustAct(StrEnum):
    NOBODY = "nobody"
    MEMBER = "member"
    OWNER_OR_MANAGER = "owner_or_manager"
    PROVIDER_ADMIN = "provider_admin"
    OPERATOR = "operator"


class Purpose(StrEnum):
    """What a connection is wanted for; one function answers for all of them."""

    SYNC = "sync"
    TEST = "test"
    SEND = "send"
    TRACK = "track"

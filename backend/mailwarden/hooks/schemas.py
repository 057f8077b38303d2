from datetime import datetime

from mailwarden.core.api import Wire
from mailwarden.core.ids import ConnectionId, HookLogId
from mailwarden.core.paging import PageQuery


class HookLogQuery(PageQuery):
    provider: str | None = None
    connection_id: ConnectionId | None = None


class HookLogOut(Wire):
    """One event of a provider, as it concerned one connection."""

    id: HookLogId
    connection_id: ConnectionId
    account_label: str
    provider: str
    kind: str
    topic: str  # the provider's word
    occurred_at: datetime | None
    received_at: datetime
    handled_at: datetime
    duration_ms: int  # from receiving to having acted
    outcome: str
    duplicates: int  # how often the same event came again

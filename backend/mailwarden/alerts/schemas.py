from datetime import datetime
from typing import Any, Literal

from mailwarden.core.api import Wire
from mailwarden.core.ids import AlertId, ConnectionId, EpisodeId
from mailwarden.core.paging import PageQuery

AlertKind = Literal[
    "integration_disconnected",
    "integration_recovered",
    "authorization_expiring",
    "permission_missing",
    "reconnect_asked",
    "action_asked",
    "webhook_endpoint_failing",
    "webhook_endpoint_recovered",
    "webhook_endpoint_disabled",
    "score_drop",
    "bounce_spike",
    "complaint_increase",
    "blocklist_addition",
    "sync_failure",
    "data_stale",
    "campaigns_paused",
    "campaigns_at_stake",
    "recipients_stopped",
    "campaigns_can_resume",
    "campaign_guarded",
    "alert_recovered",
    "test",
]


class AlertQuery(PageQuery):
    kind: AlertKind | None = None
    unread: bool | None = None


class AlertOut(Wire):
    """One notice of the feed. ``card`` is the cause card as it stood when the alert was raised."""

    id: AlertId
    kind: AlertKind
    title: str
    body: str
    connection_id: ConnectionId | None
    episode_id: EpisodeId | None
    provider: str | None
    card: dict[str, Any] | None
    created_at: datetime
    read_at: datetime | None
    mailed_to: list[str]


class UnreadCount(Wire):
    unread: int

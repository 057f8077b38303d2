from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.core.ids import ConnectionId, JournalId, SyncId


class SyncTotals(Wire):
    """Sums over the campaigns of this run, as last observed."""

    sent: int
    delivered: int
    opened: int
    clicked: int
    bounced: int
    complaints: int
    unsubscribes: int


class SyncErrorOut(Wire):
    code: str
    title: str
    detail: str
    provider_code: str | None
    provider_request_id: str | None


class SyncRunOut(Wire):
    """One row of the sync log (C19-C28)."""

    id: SyncId
    connection_id: ConnectionId
    provider: str
    account_label: str
    type: Literal["manual", "auto"]
    badge: Literal["first", "backfill", "catch_up"] | None
    status: Literal["queued", "running", "success", "failed"]
    partial: bool = Field(description="Failed, but some of the window was stored.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    window_from: datetime | None
    window_until: datetime | None
    campaigns_processed: int
    campaigns_total: int | None = Field(description="As the provider states it, where it does.")
    campaigns_added: int
    campaigns_changed: int
    progress: float | None = Field(description="0..1; null while the total is unknown.")
    totals: SyncTotals | None
    calls_made: int
    pages: int
    error: SyncErrorOut | None
    note: str | None
    request_id: str | None = Field(description="Trace id, for support.")


class JournalEntryOut(Wire):
    """One request of a run: what was asked, what came, what it changed."""

    id: JournalId
    sequence: int
    at: datetime
    method: str
    path: str
    params: dict[str, Any]
    status: int
    body_sha256: str
    body_bytes: int
    body_kept: bool
    duration_ms: int
    provider_request_id: str | None
    rows: int | None
    changed: int | None

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from mailwarden.connections.rules import Status
from mailwarden.connections.schemas import ActionOut
from mailwarden.core.api import Wire
from mailwarden.core.ids import AttemptId, BundleId, ConnectionId, RefreshId, UserId
from mailwarden.core.moments import Moment

CallbackResult = Literal["success", "failure", "waiting"]
RefreshOutcome = Literal[
    "refreshed", "refused", "unavailable", "rate_limited", "misconfigured", "superseded", "orphaned"
]


class CallbackOut(Wire):
    """One authorization, from the click to what came back from the provider (M11)."""

    id: AttemptId
    at: datetime = Field(description="When the person was sent to the provider.")
    finished_at: datetime | None = Field(description="When the answer had been handled.")
    provider: str
    provider_label: str
    result: CallbackResult
    outcome: str | None = Field(description="connected, reconnected, already_connected, denied, partial, …")
    reason: str = Field(description="What happened, in words.")
    provider_error: str | None = Field(description="The provider's own words, redacted.")
    missing_scopes: list[str]
    expected_redirect_uri: str | None
    connection_id: ConnectionId | None
    account_label: str | None
    user_id: UserId
    user_name: str | None


class RefreshOut(Wire):
    """One try at a token endpoint (M12)."""

    id: RefreshId
    at: datetime
    provider: str
    provider_label: str
    connection_id: ConnectionId
    account_label: str
    outcome: str = Field(examples=["refreshed"])
    reason: str | None = Field(description="The provider's own words, redacted.")
    status: int | None = Field(description="HTTP status of the answer; null: none came.")
    provider_code: str | None
    provider_request_id: str | None
    duration_ms: int | None = Field(description="Milliseconds from request to answer.")


class ConnectionRecordOut(Wire):
    """What the database holds about a connection, without its secrets (M15)."""

    connection_id: ConnectionId
    provider: str
    provider_label: str
    account_label: str
    external_id: str
    status: Status
    label: str
    cause: str | None
    missing_scopes: list[str]
    has_credential: bool
    credential_version: int | None = Field(description="Rises with every refresh and every reconnect.")
    token_expires_at: datetime | None
    last_refresh_at: datetime | None
    last_refresh_outcome: str | None
    next_refresh_at: datetime | None
    refusals_in_row: int
    last_probe_at: datetime | None = Field(description="Latest call of any kind, whatever came of it.")
    last_probe_failed: bool
    verified_at: datetime | None = Field(description="Latest successful authenticated call.")
    next_probe_at: datetime | None
    last_sync_at: datetime | None
    next_sync_at: datetime | None
    slot_number: int | None
    created_at: datetime


class QueueOut(Wire):
    """The work of one queue, and how far it lags behind."""

    queue: str
    ready: int = Field(description="Planned work, due or not.")
    overdue: int = Field(description="Due for more than 30 seconds and not taken yet.")
    oldest_due_at: datetime | None = Field(description="Of the overdue work.")
    oldest_overdue_s: float | None = Field(description="Seconds that the oldest overdue work waits.")
    oldest_kind: str | None
    running: int
    abandoned: int = Field(description="Its worker died or hangs; another one takes over.")
    given_up: int


class SchedulerOut(Wire):
    """Are the schedulers alive (M16)? The queues are those of this organization's work."""

    alive: bool
    workers_alive: int
    last_seen_at: datetime | None
    last_claim_at: datetime | None = Field(description="When a worker last looked for due work.")
    last_refresh_at: datetime | None = Field(description="Latest try to refresh a token of this organization.")
    queues: list[QueueOut]


class WorkerOut(Wire):
    name: str
    version: str
    alive: bool
    started_at: datetime
    seen_at: datetime
    last_claim_at: datetime | None
    loop_lag_ms: int = Field(description="Milliseconds that its event loop answers late.")
    direct_mode: bool = Field(description="Redis is away; it takes work from PostgreSQL itself.")


class InstanceSchedulerOut(Wire):
    """All workers and the work of all organizations, as numbers."""

    alive: bool
    workers_alive: int
    last_claim_at: datetime | None
    queues: list[QueueOut]
    workers: list[WorkerOut]


class SettingPresence(Wire):
    """The name of a setting and whether it has a value. Never the value."""

    name: str = Field(examples=["MAILWARDEN_PROVIDERS__HUBSPOT__CLIENT_SECRET"])
    present: bool


class ProviderAppOut(Wire):
    """Our app at a provider, as the operator set it up (M14)."""

    provider: str
    provider_label: str
    offered: bool
    settings: list[SettingPresence]
    redirect_uri: str | None = Field(description="To be registered at the provider to the letter.")
    redirect_uri_ok: bool | None = Field(description="False: providers take https only. Null: needs none.")
    valid: bool | None = Field(description="False: the provider refuses our app. Null: not known.")
    detail: str


class ProviderAppList(Wire):
    data: list[ProviderAppOut]


QuickResult = Literal["ok", "note", "trouble"]


class QuickCheck(Wire):
    """One thing looked at: what came of it, by what evidence, and what to do."""

    code: str = Field(description="Stable name of the check.", examples=["live_check"])
    title: str
    result: QuickResult
    detail: str
    evidence: list[str]
    what_to_do: str | None
    action: ActionOut | None
    connection_id: ConnectionId | None


class QuickStep(Wire):
    """One step of the checklist that support would go through with a person."""

    number: int
    title: str = Field(examples=["Confirm that at least one provider is truly connected"])
    result: QuickResult
    checks: list[QuickCheck]


class QuickDiagnosis(Wire):
    result: QuickResult = Field(description="The worst of all steps.")
    summary: str
    started_at: datetime
    duration_ms: int
    connections_tested: int = Field(description="Live, by real calls to the provider.")
    connections_not_tested: int
    steps: list[QuickStep]


class BundleRequest(Wire):
    """What the person adds. Everything else is collected; nothing is required."""

    connection_id: ConnectionId | None = Field(None, description="The affected account; else all accounts.")
    error_text: str | None = Field(None, max_length=4000, description="The exact text of the error, as it was shown.")
    request_id: str | None = Field(
        None, pattern=r"^req_[0-9a-f]{32}$", description="The reference that the error showed."
    )
    failed_at: Moment | None = Field(None, description="When it failed.")
    what_was_done: str | None = Field(None, max_length=4000, description="What you were doing.")


class RedactionOut(Wire):
    """One line of the manifest: what was taken out, where and why."""

    where: str = Field(examples=["logs.refreshes[].reason"])
    action: Literal["removed", "masked", "shortened", "left_out"]
    why: str
    count: int = Field(description="How often; 0 for what was never read.")


class BundleItemOut(Wire):
    id: BundleId
    created_at: datetime
    expires_at: datetime = Field(description="Then it is deleted here.")
    created_by: UserId
    provider: str | None
    file_name: str
    redacted: int = Field(description="How many values were removed, masked or shortened.")


class BundleOut(BundleItemOut):
    """To be looked at before the download, which holds exactly this."""

    content: dict[str, Any]
    redactions: list[RedactionOut]

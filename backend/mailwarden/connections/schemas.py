from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mailwarden.accounts.schemas import PersonToAskOut
from mailwarden.connections.forecast import Why
from mailwarden.connections.rules import Actor, Degraded, Frequency, HistoryRange, Purpose, Status, WhoMustAct
from mailwarden.connections.wish_words import Wish
from mailwarden.core.api import Wire
from mailwarden.core.ids import AttemptId, ConnectionId, EpisodeId, IncidentId, ReceiptId, SyncId, TransitionId, UserId
from mailwarden.providers.base import Cause


class EvidenceOut(Wire):
    """One redacted request and the provider's answer to it."""

    at: datetime
    signal: str | None
    operation: str
    method: str
    host: str
    path: str
    status: int | None
    provider_code: str | None
    message: str
    provider_request_id: str | None


class ActionOut(Wire):
    """The one right button for the present state. ``code`` is stable, ``label`` is what the button says."""

    code: Literal[
        "connect",
        "reconnect",
        "grant_permission",
        "sync_now",
        "wait",
        "ask_provider_admin",
        "ask_operator",
        "open_billing",
    ]
    label: str


class CauseCard(Wire):
    """What happened, since when, on what evidence, who must act, and the one thing to do."""

    cause: Cause
    title: str
    explanation: str
    who_must_act: WhoMustAct
    action: ActionOut
    first_failed_at: datetime
    confirmed_at: datetime | None
    last_good_at: datetime | None
    evidence: list[EvidenceOut]


class ForecastOut(Wire):
    """When the authorization ends by itself, if nothing is done about it."""

    dies_at: datetime
    reason: Why
    detail: str


class ConnectionOut(Wire):
    id: ConnectionId
    provider: str
    external_id: str
    account_label: str
    account_detail: str | None
    account_time_zone: str | None
    status: Status
    label: str = Field(description="The word shown: Connected, Checking…, Inactive, Permission missing, Disconnected.")
    card: CauseCard | None = Field(description="Present while verifying or inactive.")
    action: ActionOut
    missing_scopes: list[str]
    degraded_reason: Degraded | None
    degraded_since: datetime | None
    verified_at: datetime | None = Field(description="Proof of life: last successful authenticated call.")
    forecast: ForecastOut | None = Field(description="None: it lives until somebody ends it, or it is dead already.")
    inactive_since: datetime | None
    suspected_at: datetime | None
    sync_frequency: Frequency
    history_range: HistoryRange
    last_sync_at: datetime | None
    next_sync_at: datetime | None
    data_as_of: datetime | None
    active_sync_id: SyncId | None
    settings_version: int
    created_at: datetime


class AskedOut(Wire):
    """``told`` are those who may reconnect it. Asking before ``again_at`` tells them nothing new."""

    asked_at: datetime
    again_at: datetime
    already_asked: bool
    told: list[PersonToAskOut]


class WishIn(Wire):
    """``connection_id`` for what is done with one connection, ``provider`` where something is to be connected."""

    action: Wish
    connection_id: ConnectionId | None = None
    provider: Annotated[str | None, Field(max_length=40)] = None


class ScopeOut(Wire):
    name: str
    required: bool
    why: str


class IntegrationOut(Wire):
    """A provider as this organization sees it: one card with all its connections."""

    provider: str
    label: str
    description: str
    capabilities: list[str]
    configured: bool = Field(description="False: the operator has set no client id for this provider.")
    misconfigured: str | None = Field(description="Our own settings are wrong at the provider; tell the operator.")
    scopes: list[ScopeOut]
    consent_note: str
    connections: list[ConnectionOut] = Field(
        description="At most 1,000 over all providers, the broken ones among them."
    )
    connections_total: int = Field(description="All there are; `/v1/connections` pages through them.")


class IntegrationList(Wire):
    data: list[IntegrationOut]


ReturnPath = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9/_\-]*(\?[A-Za-z0-9=&_\-]*)?$", max_length=200),
    Field(examples=["/integrations"]),
]


class ConnectStart(Wire):
    sync_frequency: Frequency = Frequency.REALTIME
    history_range: HistoryRange = HistoryRange.DAYS_90
    return_to: ReturnPath | None = None


class ReconnectStart(Wire):
    return_to: ReturnPath | None = None


class AuthorizeOut(Wire):
    """Send the browser there, as a full page. The attempt tells afterwards what came of it."""

    authorize_url: str
    attempt_id: AttemptId
    expires_at: datetime


class AccountRef(Wire):
    external_id: str
    label: str


class AttemptOut(Wire):
    """The outcome of one authorization."""

    id: AttemptId
    provider: str
    outcome: (
        Literal[
            "connected", "reconnected", "already_connected", "denied", "partial", "wrong_account", "expired", "failed"
        ]
        | Literal["subscription_inactive", "plan_limit_reached"]
        | None
    )
    title: str
    detail: str
    provider_error: str | None
    missing_scopes: list[str]
    expected_account: AccountRef | None
    actual_account: AccountRef | None
    expected_redirect_uri: str | None
    connection_id: ConnectionId | None
    created_at: datetime
    finished_at: datetime | None


class RetestOut(Wire):
    """A test that ran by itself after the organization became active again; ``ok`` null: not yet."""

    connection_id: ConnectionId
    provider: str
    account_label: str
    asked_at: datetime
    tested_at: datetime | None
    ok: bool | None
    detail: str | None


class RetestList(Wire):
    finished: bool
    data: list[RetestOut]


class ConnectionUpdate(Wire):
    """Only what is given changes."""

    sync_frequency: Frequency | None = None
    history_range: HistoryRange | None = None


class CheckOut(Wire):
    name: Literal["token", "identity", "permissions", "refresh_token", "imap", "smtp"]
    ok: bool
    detail: str


class TestOut(Wire):
    ok: bool
    checked_at: datetime
    checks: list[CheckOut]
    connection: ConnectionOut


class PreviewLine(Wire):
    title: str
    detail: str


class PausedCampaign(Wire):
    """A campaign of one's own that would pause."""

    name: str
    detail: str
    recipients: int = Field(description="People who would not get their next mail.", examples=[120])
    next_send_at: datetime | None


class WayOut(Wire):
    """One of the two ways to renew an account, with its consequences."""

    code: Literal["one_click", "two_step"]
    title: str
    recommended: bool
    when: str = Field(description="When this way is the right one.")
    consequences: list[str]


class DisconnectPreview(Wire):
    """What a disconnect does, told before the click."""

    connection_id: ConnectionId
    stops: list[PreviewLine]
    resets: list[PreviewLine] = Field(description="Settings of the mailbox slot: what acts now, and what will.")
    keeps: list[PreviewLine]
    pauses: list[PausedCampaign]
    recipients_at_stake: int
    ways: list[WayOut]
    slot_number: int | None = Field(description="Of the mailbox slot; null for accounts that send nothing.")
    campaigns_kept: int
    advice: str


class TransitionOut(Wire):
    id: TransitionId
    at: datetime
    from_status: Status | None
    to_status: Status
    cause: Cause | None
    cause_title: str | None
    evidence: list[EvidenceOut]
    actor: Actor
    actor_user_id: UserId | None
    actor_name: str | None
    note: str | None


class UsabilityOut(Wire):
    """May this connection be used now, and if not why: the one answer for page, gates, extension and API."""

    connection_id: ConnectionId
    purpose: Purpose
    usable: bool
    code: str = Field(description="`ok`, or why not: connection_inactive, permission_missing, rate_limited, …")
    detail: str
    action: ActionOut | None


class UnknownPart(Wire):
    title: str
    detail: str


class ReceiptOut(Wire):
    """What a reconnect brought back, and what stays unknown."""

    id: ReceiptId
    connection_id: ConnectionId
    episode_id: EpisodeId | None
    status: Literal["pending", "complete"]
    window_from: datetime
    window_until: datetime
    sync_id: SyncId | None
    campaigns_added: int | None
    campaigns_changed: int | None
    unknown: list[UnknownPart]
    settings_kept: list[PreviewLine]
    created_at: datetime
    completed_at: datetime | None


class IncidentOut(Wire):
    id: IncidentId
    provider: str
    provider_label: str
    kind: str
    title: str
    detail: str
    started_at: datetime
    ended_at: datetime | None


class Misconfiguration(Wire):
    provider: str
    title: str
    detail: str
    expected: str | None
    actual: str | None


class ServiceStatus(Wire):
    """What concerns everybody here, for the banners."""

    incidents: list[IncidentOut]
    misconfigurations: list[Misconfiguration]
    refresh_scheduler_alive: bool
    refresh_scheduler_seen_at: datetime | None

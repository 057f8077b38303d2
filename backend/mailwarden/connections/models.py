from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant, app_now, by_age
from mailwarden.core.ids import new_id


def of_connection(*, name: str | None = None) -> ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return ForeignKeyConstraint(
        ["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE", name=name
    )


class Connection(Tenant, Base):
    """One authorised account at a provider; its status is the one truth of docs/connection-truth.md."""

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "provider", "external_id"),
        Index("ix_connections_provider_external_id", "provider", "external_id"),
        CheckConstraint("status in ('connecting','connected','verifying','inactive','disconnected')", name="status"),
        CheckConstraint("sync_frequency in ('realtime','hourly','every_6_hours','daily')", name="sync_frequency"),
        CheckConstraint("history_range in ('days_30','days_90','months_12','all')", name="history_range"),
    )
    provider: Mapped[str]
    external_id: Mapped[str]
    account_label: Mapped[str]
    account_detail: Mapped[str | None]
    account_time_zone: Mapped[str | None]
    connected_by: Mapped[UUID | None]

    status: Mapped[str] = mapped_column(server_default="connecting")
    cause: Mapped[str | None]
    evidence: Mapped[dict[str, Any] | None]  # of the latest suspicion or verdict
    episode_id: Mapped[UUID | None]  # the open one
    suspected_at: Mapped[datetime | None]  # when verifying began
    inactive_since: Mapped[datetime | None]
    missing_scopes: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    degraded_reason: Mapped[str | None]  # provider_unavailable | rate_limited
    degraded_since: Mapped[datetime | None]
    failures_in_row: Mapped[int] = mapped_column(server_default="0")  # of not definite kinds
    banned_until: Mapped[datetime | None]  # Retry-After of the provider: no call before

    proof_of_life_at: Mapped[datetime | None]
    last_sync_at: Mapped[datetime | None]  # end of the last success
    data_as_of: Mapped[datetime | None]  # the moment up to which a success read everything
    backfilled_range: Mapped[str | None]  # the widest range read in full
    next_sync_at: Mapped[datetime | None]
    next_refresh_at: Mapped[datetime | None]
    next_probe_at: Mapped[datetime | None]
    active_sync_id: Mapped[UUID | None]  # written by sync: the open run
    catch_up_from: Mapped[datetime | None]  # set by a reconnect until the gap is read

    sync_frequency: Mapped[str] = mapped_column(server_default="realtime")
    history_range: Mapped[str] = mapped_column(server_default="days_90")
    version: Mapped[int] = mapped_column(server_default="1")  # of the settings, for ETag
    disconnected_at: Mapped[datetime | None]
    grant_dies_at: Mapped[datetime | None]  # by itself, as foretold
    grant_dies_why: Mapped[str | None]  # of `forecast.Why`


class Credential(Tenant, Base):
    """1:1 with a connection. Never deleted because of an error; see docs/connection-truth.md."""

    __tablename__ = "credentials"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("connection_id"),
        Index("ix_credentials_token_prefix", "token_prefix"),
        Index("ix_credentials_token_sha512x2", "token_sha512x2"),
    )
    connection_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(server_default="1")
    access_token: Mapped[bytes | None] = mapped_column(Sealed)  # none after a disconnect
    refresh_token: Mapped[bytes | None] = mapped_column(Sealed)
    previous_refresh_token: Mapped[bytes | None] = mapped_column(Sealed)
    refresh_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # keyed; of the current refresh token
    # Keyed, too: what a provider may name a refresh token by when it tells of its revocation (providers/hooks).
    token_prefix: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_sha512x2: Mapped[bytes | None] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    issued_at: Mapped[datetime] = mapped_column(server_default=app_now())
    expires_at: Mapped[datetime]
    refresh_after: Mapped[datetime]  # 70-85 % of the life (R9)
    next_try_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempt_id: Mapped[UUID | None]
    refusals: Mapped[int] = mapped_column(server_default="0")  # definite ones in a row
    first_refused_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")  # transient ones in a row
    refreshed_at: Mapped[datetime | None]
    untold_at: Mapped[datetime | None]  # stored, but the connection does not know yet
    granted_at: Mapped[datetime | None]  # the consent; refreshes do not move it
    grant_ends_at: Mapped[datetime | None]  # where the provider named a date


class Orphan(Tenant, Base):
    """A token answer that lost its compare-and-swap: kept 24 h, never adopted over a newer one."""

    __tablename__ = "orphan_tokens"
    __table_args__ = (of_connection(),)
    connection_id: Mapped[UUID]
    version: Mapped[int]
    spent_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(Sealed)


class Transition(Tenant, Base):
    """The history of a connection; append-only."""

    __tablename__ = "transitions"
    __table_args__ = (
        of_connection(),
        Index("ix_transitions_connection_id_at", "connection_id", "at"),
        by_age("at"),
    )
    connection_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=app_now())
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    cause: Mapped[str | None]
    evidence: Mapped[dict[str, Any] | None]
    actor: Mapped[str]  # user | provider_signal | probe | sync | refresh | operator
    actor_user_id: Mapped[UUID | None]
    note: Mapped[str | None]


class Episode(Tenant, Base):
    """An unbroken time of trouble, from the first confirmed signal to recovery or to the user's disconnect."""

    __tablename__ = "episodes"
    __table_args__ = (
        of_connection(),
        Index("uq_episodes_open", "connection_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    connection_id: Mapped[UUID]
    cause: Mapped[str]
    evidence: Mapped[dict[str, Any] | None]
    first_failed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    last_good_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]  # recovered | reconnected | disconnected


class Signal(Tenant, Base):
    """One suspicious answer. The verdict counts kinds and repetitions of these since ``suspected_at``."""

    __tablename__ = "signals"
    __table_args__ = (
        of_connection(),
        Index("ix_signals_connection_id_at", "connection_id", "at"),
        by_age("at"),
    )
    connection_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=app_now())
    kind: Mapped[str]
    cause: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    credential_version: Mapped[int | None]


class RefreshAttempt(Tenant, Base):
    """Every try at the token endpoint (C38): what came of it and how long it took."""

    __tablename__ = "refresh_attempts"
    __table_args__ = (
        of_connection(),
        Index("ix_refresh_attempts_provider_at", "provider", "at"),
        Index("ix_refresh_attempts_org_id_at", "org_id", "at"),
        Index("ix_refresh_attempts_connection_id_at", "connection_id", "at"),
        by_age("at"),
    )
    connection_id: Mapped[UUID]
    provider: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=app_now())
    outcome: Mapped[str]  # refreshed | refused | unavailable | rate_limited | misconfigured | superseded | orphaned
    evidence: Mapped[dict[str, Any] | None]
    duration_ms: Mapped[int | None]


class CallOutcome(Tenant, Base):
    """The latest call of a connection, for the incident guard: did it fail, and how alike are the failures?"""

    __tablename__ = "call_outcomes"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("connection_id"),
        Index("ix_call_outcomes_provider_host_at", "provider", "host", "at"),
    )
    connection_id: Mapped[UUID]
    provider: Mapped[str]
    host: Mapped[str] = mapped_column(server_default=text("''"))  # of a mail server; else the provider is one place
    at: Mapped[datetime] = mapped_column(server_default=app_now())
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]  # refused | unavailable | rate_limited


class Incident(Base):
    """Many connections of one provider (or mail server) failing alike: the provider or our app, not the customers."""

    __tablename__ = "incidents"
    __table_args__ = (
        # our own misconfiguration may come on top of the provider's trouble
        Index(
            "uq_incidents_open",
            "provider",
            "host",
            text("(kind = 'misconfigured')"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str]
    host: Mapped[str] = mapped_column(server_default=text("''"))  # the mail server, which only those see who use it
    kind: Mapped[str]  # refused | unavailable | rate_limited | misconfigured
    started_at: Mapped[datetime] = mapped_column(server_default=app_now())
    ended_at: Mapped[datetime | None]
    failing: Mapped[int]
    tried: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class OAuthAttempt(Tenant, Base):
    """One authorization, from the click to its outcome. The state is single-use and bound to session and tenant."""

    __tablename__ = "oauth_attempts"
    __table_args__ = (
        Index("uq_oauth_attempts_state_hash", "state_hash", unique=True),
        Index("ix_oauth_attempts_org_id_created_at", "org_id", "created_at"),
        ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            ondelete="SET NULL (connection_id)",
        ),
    )
    provider: Mapped[str]
    user_id: Mapped[UUID]
    session_id: Mapped[UUID]
    connection_id: Mapped[UUID | None]  # a reconnect pins its identity
    state_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # null once used
    verifier: Mapped[bytes | None] = mapped_column(Sealed)
    sync_frequency: Mapped[str | None]
    history_range: Mapped[str | None]
    return_to: Mapped[str | None]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[
        str | None
    ]  # connected | reconnected | already_connected | denied | partial | wrong_account | failed
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class ReconnectReceipt(Tenant, Base):
    """What a reconnect's catch-up brought back, and what stays unknown (docs/connection-truth.md)."""

    __tablename__ = "reconnect_receipts"
    __table_args__ = (of_connection(), Index("ix_reconnect_receipts_connection_id", "connection_id"))
    connection_id: Mapped[UUID]
    episode_id: Mapped[UUID | None]
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="pending")  # pending | complete
    sync_run_id: Mapped[UUID | None]
    campaigns_added: Mapped[int | None]
    campaigns_changed: Mapped[int | None]
    unknown: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    settings_kept: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    completed_at: Mapped[datetime | None]


class JournalPosition(Base):
    """How far the instance has read a provider's own journal (HubSpot's uninstall events)."""

    __tablename__ = "journal_positions"
    provider: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str | None]
    read_at: Mapped[datetime | None]
    trouble: Mapped[dict[str, Any] | None]  # evidence of a refusal that only the operator can end

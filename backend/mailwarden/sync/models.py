from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, by_age


class SyncRun(Tenant, Base):
    """One run of a sync; the sync log is the list of these. At most one is open per connection."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        ForeignKeyConstraint(["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE"),
        Index("ix_sync_runs_connection_id_created_at", "connection_id", "created_at"),
        Index("ix_sync_runs_org_id_created_at", "org_id", "created_at"),
        Index(
            "uq_sync_runs_open",
            "connection_id",
            unique=True,
            postgresql_where=text("status in ('queued','running')"),
        ),
        CheckConstraint("type in ('manual','auto')", name="type"),
        CheckConstraint("badge in ('first','backfill','catch_up')", name="badge"),
        CheckConstraint("status in ('queued','running','success','failed')", name="status"),
    )
    connection_id: Mapped[UUID]
    type: Mapped[str]
    badge: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="queued")
    partial: Mapped[bool] = mapped_column(server_default=text("false"))
    requested_by: Mapped[UUID | None]
    request_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    window_from: Mapped[datetime | None]  # send dates from; null: everything
    window_until: Mapped[datetime | None]
    updated_from: Mapped[datetime | None]  # and whatever changed since
    checkpoint: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    campaigns_processed: Mapped[int] = mapped_column(server_default="0")
    campaigns_total: Mapped[int | None]  # as the provider states it
    campaigns_added: Mapped[int] = mapped_column(server_default="0")
    campaigns_changed: Mapped[int] = mapped_column(server_default="0")
    pages: Mapped[int] = mapped_column(server_default="0")
    calls_made: Mapped[int] = mapped_column(server_default="0")
    totals: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    note: Mapped[str | None]
    figures_pending: Mapped[bool] = mapped_column(server_default=text("false"))  # listed; figures when quota allows


class JournalEntry(Tenant, Base):
    """What a run asked, what came, and what it changed: "why is this number 1,204?" has an answer."""

    __tablename__ = "sync_journal"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "sync_run_id"], ["sync_runs.org_id", "sync_runs.id"], ondelete="CASCADE"),
        Index("ix_sync_journal_sync_run_id_sequence", "sync_run_id", "sequence", unique=True),
        by_age("at"),
    )
    sync_run_id: Mapped[UUID]
    sequence: Mapped[int]
    at: Mapped[datetime]
    method: Mapped[str]
    path: Mapped[str]
    params: Mapped[dict[str, Any]]
    status: Mapped[int]
    body_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body_bytes: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # compressed, redacted; dropped after some days
    duration_ms: Mapped[int]
    provider_request_id: Mapped[str | None]
    rows: Mapped[int | None]
    changed: Mapped[int | None]

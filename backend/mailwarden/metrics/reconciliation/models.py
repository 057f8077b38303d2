from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.db import Base, Tenant


class Reconciliation(Tenant, Base):
    """One comparison of our figures with the provider's own totals. At most one is open per connection."""

    __tablename__ = "reconciliations"
    __table_args__ = (
        of_connection(),
        Index("ix_reconciliations_log", "org_id", "connection_id", "created_at", "id"),
        Index(
            "uq_reconciliations_open",
            "connection_id",
            unique=True,
            postgresql_where=text("status in ('queued','running')"),
        ),
        CheckConstraint("status in ('queued','running','done','failed')", name="status"),
        CheckConstraint("trigger in ('manual','auto')", name="trigger"),
        CheckConstraint("verdict in ('normal','watch','alarm','unknown')", name="verdict"),
    )
    connection_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default="queued")
    trigger: Mapped[str]
    requested_by: Mapped[UUID | None]
    window_from: Mapped[datetime | None]  # send dates
    window_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    verdict: Mapped[str | None]  # the worst of its metrics
    metric: Mapped[str | None]  # where it is worst …
    part: Mapped[str | None]  # … and the largest part of that difference
    calls_made: Mapped[int] = mapped_column(server_default="0")
    metrics: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    error: Mapped[dict[str, Any] | None]

"""What is remembered of a grant's end: whom we warned of it, and what we gave back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant


class ForecastNotice(Tenant, Base):
    """Told once per forecast and threshold; a forecast that moves is another one. Append-only."""

    __tablename__ = "forecast_notices"
    __table_args__ = (of_connection(), UniqueConstraint("connection_id", "dies_at", "days"))
    connection_id: Mapped[UUID]
    dies_at: Mapped[datetime]
    why: Mapped[str]  # of `forecast.Why`
    days: Mapped[int]  # 30, 7 or 1


class RetiredGrant(Tenant, Base):
    """After a disconnect: the refresh token stays sealed until it was given back at the provider, then it is wiped."""

    __tablename__ = "retired_grants"
    __table_args__ = (
        of_connection(),
        CheckConstraint("state in ('waiting','revoked','kept','given_up')", name="state"),
    )
    connection_id: Mapped[UUID]
    provider: Mapped[str]
    external_id: Mapped[str]
    refresh_token: Mapped[bytes | None] = mapped_column(Sealed)  # none once settled
    retired_by: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="waiting")
    settled_at: Mapped[datetime | None]

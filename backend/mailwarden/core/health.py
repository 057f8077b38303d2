"""Workers report here; the row tells operators whether the schedulers are alive (C35)."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, app_now


class WorkerHeartbeat(Base):
    __tablename__ = "worker_heartbeats"
    worker: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=app_now())
    seen_at: Mapped[datetime] = mapped_column(server_default=app_now())
    loop_lag_ms: Mapped[int] = mapped_column(server_default="0")
    last_claim_at: Mapped[datetime | None]
    direct_mode: Mapped[bool] = mapped_column(server_default="false")  # Redis is away: claims from PostgreSQL


class ClockOffset(Base):
    """At most one row; ``app_now()`` adds it. Only the owner of the schema may write it: tests and the demo."""

    __tablename__ = "clock_offset"
    id: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    seconds: Mapped[float] = mapped_column(server_default="0")

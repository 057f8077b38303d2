from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class Export(Tenant, Base):
    """A file that is made in the background. Those that were answered at once leave no row."""

    __tablename__ = "exports"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        Index("ix_exports_org_id_created_at", "org_id", "created_at"),
        CheckConstraint("status in ('queued','running','ready','failed','cancelled','expired')", name="status"),
        CheckConstraint("format in ('csv','pdf')", name="format"),
    )
    report: Mapped[str]
    format: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # as they were sent
    bom: Mapped[bool] = mapped_column(server_default=text("true"))
    time_zone: Mapped[str]  # of the organization, when it was asked for
    status: Mapped[str] = mapped_column(server_default="queued")
    requested_by: Mapped[UUID | None]
    rows_done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_estimated: Mapped[int | None] = mapped_column(BigInteger)
    complete: Mapped[bool] = mapped_column(server_default=text("true"))  # false: a PDF ended at its last page
    file_name: Mapped[str]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class ExportPart(Tenant, Base):
    """A piece of a file, compressed by zlib. Gone with the export, or when its link expires."""

    __tablename__ = "export_parts"
    __table_args__ = (
        UniqueConstraint("org_id", "export_id", "number"),
        ForeignKeyConstraint(["org_id", "export_id"], ["exports.org_id", "exports.id"], ondelete="CASCADE"),
    )
    export_id: Mapped[UUID]
    number: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)

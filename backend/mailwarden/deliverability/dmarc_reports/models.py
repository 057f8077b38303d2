from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, by_age


class Counted:
    """Mixin: messages, and how many of them passed for an aligned domain. ``passing``: DMARC, by one or by both."""

    messages: Mapped[int] = mapped_column(BigInteger)
    dkim_aligned: Mapped[int] = mapped_column(BigInteger)
    spf_aligned: Mapped[int] = mapped_column(BigInteger)
    passing: Mapped[int] = mapped_column(BigInteger)


class DmarcReport(Counted, Tenant, Base):
    """``external_id``: what the reporter calls it. ``sources``: how many there were, of which not all need be kept."""

    __tablename__ = "dmarc_reports"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "domain_id"], ["domains.org_id", "domains.id"], ondelete="CASCADE"),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "domain_id", "reporter", "external_id"),
        Index("ix_dmarc_reports_log", "org_id", "domain_id", "ends_at", "id"),
        by_age("created_at"),
    )
    domain_id: Mapped[UUID]
    reporter: Mapped[str]
    email: Mapped[str | None]
    external_id: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    policy: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    records: Mapped[int]
    sources: Mapped[int]


class DmarcSource(Counted, Tenant, Base):
    __tablename__ = "dmarc_sources"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "report_id"], ["dmarc_reports.org_id", "dmarc_reports.id"], ondelete="CASCADE"),
        UniqueConstraint("org_id", "report_id", "address", "header_from"),
    )
    report_id: Mapped[UUID]
    address: Mapped[str]
    header_from: Mapped[str]

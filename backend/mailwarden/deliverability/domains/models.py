from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, app_now, by_age

EMPTY_LIST, EMPTY = text("'[]'::jsonb"), text("'{}'::jsonb")


class Domain(Tenant, Base):
    """``name`` in A-labels; ``registered``: what somebody bought, one label below a public suffix.

    ``selectors``: [{selector, source}], ``sending_ips``: [{address, shared}], ``standing``: see standing.py.
    ``restless_since``: a change or a fault began; until two days later it is looked at more often.
    """

    __tablename__ = "domains"
    __table_args__ = (
        CheckConstraint("source in ('entered','connection')", name="source"),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "name"),
    )
    name: Mapped[str]
    registered: Mapped[str]
    source: Mapped[str]
    created_by: Mapped[UUID | None]
    selectors: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_LIST)
    sending_ips: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_LIST)
    standing: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY)
    version: Mapped[int] = mapped_column(server_default="1")
    restless_since: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]


class DomainCheck(Tenant, Base):
    """One look at all records. ``results`` and ``answers`` as they were; ``levels``: what the score reads of them."""

    __tablename__ = "domain_checks"
    __table_args__ = (
        CheckConstraint("trigger in ('added','schedule','verify','settings')", name="trigger"),
        ForeignKeyConstraint(["org_id", "domain_id"], ["domains.org_id", "domains.id"], ondelete="CASCADE"),
        Index("ix_domain_checks_log", "org_id", "domain_id", "at", "id"),
        by_age("at"),
    )
    domain_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=app_now())
    trigger: Mapped[str]
    resolver: Mapped[str]
    took_ms: Mapped[int]
    results: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_LIST)
    answers: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_LIST)
    levels: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY)

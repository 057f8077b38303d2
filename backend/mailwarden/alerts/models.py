from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, app_now
from mailwarden.core.ids import new_id


class Alert(Tenant, Base):
    """One notice in the organization's feed. An episode has at most one of each kind."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "kind", "episode_id"),
        UniqueConstraint("org_id", "kind", "notice_id"),
        ForeignKeyConstraint(["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["org_id", "digest_id"],
            ["alert_digests.org_id", "alert_digests.id"],
            ondelete="SET NULL (digest_id)",
        ),
        Index("ix_alerts_org_id_created_at", "org_id", "created_at"),
        Index("ix_alerts_waiting", "org_id", postgresql_where=text("waits")),
        Index("ix_alerts_digest_id", "digest_id"),
    )
    kind: Mapped[str]  # of `rules.Kind`
    connection_id: Mapped[UUID | None]
    episode_id: Mapped[UUID | None]
    notice_id: Mapped[UUID | None]  # what else is told once, e.g. one warning of one forecast
    title: Mapped[str]
    body: Mapped[str]
    card: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # the cause card
    read_at: Mapped[datetime | None]
    waits: Mapped[bool] = mapped_column(server_default=text("false"))  # for the next digest
    digest_id: Mapped[UUID | None]  # the one that told it


class AlertMail(Tenant, Base):
    """One e-mail copy of an alert, or of a digest. The row is written first, so that a retry never mails twice."""

    __tablename__ = "alert_mails"
    __table_args__ = (
        UniqueConstraint("org_id", "alert_id", "recipient"),
        UniqueConstraint("org_id", "digest_id", "recipient"),
        ForeignKeyConstraint(["org_id", "digest_id"], ["alert_digests.org_id", "alert_digests.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "alert_id"], ["alerts.org_id", "alerts.id"], ondelete="CASCADE"),
    )
    alert_id: Mapped[UUID | None]
    digest_id: Mapped[UUID | None]
    recipient: Mapped[str]
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))  # queued | sending | sent | failed | unknown
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]


class OperatorNotice(Base):
    """Told to those who run the instance: at most one of a kind per incident, or without one. Nothing of a tenant."""

    __tablename__ = "operator_notices"
    __table_args__ = (UniqueConstraint("incident_id", "kind", postgresql_nulls_not_distinct=True),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    kind: Mapped[str]  # opened | ended; without an incident: unreadable and the day
    title: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())


class OperatorMail(Base):
    """One copy for one operator, whose address is looked up when it is sent."""

    __tablename__ = "operator_mails"
    __table_args__ = (UniqueConstraint("notice_id", "user_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("operator_notices.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))  # queued | sending | sent | failed | unknown
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]

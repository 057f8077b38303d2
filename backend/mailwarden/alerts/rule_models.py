"""What an organization wants to be told, how, and what is being watched."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant

OFF, ON = text("false"), text("true")


class AlertSettings(Tenant, Base):
    """One row an organization; none: all defaults. ``version`` is of what members change here."""

    __tablename__ = "alert_settings"
    __table_args__ = (
        UniqueConstraint("org_id"),
        CheckConstraint("frequency in ('instant','daily')", name="frequency"),
        CheckConstraint("digest_hour between 0 and 23", name="digest_hour"),
    )
    enabled: Mapped[bool] = mapped_column(server_default=ON)
    frequency: Mapped[str] = mapped_column(server_default="instant")
    digest_hour: Mapped[int] = mapped_column(server_default="9")
    email_enabled: Mapped[bool] = mapped_column(server_default=ON)
    email_on_disconnect: Mapped[bool] = mapped_column(server_default=ON)
    email_address: Mapped[str | None]  # none: owners and managers
    email_pending: Mapped[str | None]  # until its code is told
    email_code: Mapped[bytes | None] = mapped_column(Sealed)
    email_asked_at: Mapped[datetime | None]
    slack_enabled: Mapped[bool] = mapped_column(server_default=OFF)
    slack_url: Mapped[bytes | None] = mapped_column(Sealed)  # who knows it may post there
    slack_hint: Mapped[str | None]
    webhook_enabled: Mapped[bool] = mapped_column(server_default=OFF)
    webhook_url: Mapped[str | None]
    webhook_secret: Mapped[bytes | None] = mapped_column(Sealed)
    version: Mapped[int] = mapped_column(server_default="1")
    rules_version: Mapped[int] = mapped_column(server_default="1")


class AlertRule(Tenant, Base):
    """A rule as an organization set it; none: the default of its kind."""

    __tablename__ = "alert_rules"
    __table_args__ = (UniqueConstraint("org_id", "kind"),)
    kind: Mapped[str]
    enabled: Mapped[bool]
    threshold: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    minimum_volume: Mapped[int | None]
    frequency: Mapped[str | None]  # none: as set for all


class AlertWatch(Tenant, Base):
    """What a rule saw of one subject last: `watching.state.State`, kept between two evaluations."""

    __tablename__ = "alert_watches"
    __table_args__ = (
        UniqueConstraint("org_id", "kind", "subject"),
        ForeignKeyConstraint(["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE"),
        CheckConstraint("phase in ('calm','suspected','open')", name="phase"),
    )
    kind: Mapped[str]
    subject: Mapped[str]
    connection_id: Mapped[UUID | None]
    phase: Mapped[str] = mapped_column(server_default="calm")
    baseline: Mapped[str | None]  # an exact fraction
    mark: Mapped[str] = mapped_column(server_default=text("''"))
    count: Mapped[int] = mapped_column(server_default="0")
    opened_on: Mapped[date | None] = mapped_column(Date)
    episode_id: Mapped[UUID | None]
    told: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # the card of the open alert
    calm_since: Mapped[datetime | None]


class AlertDigest(Tenant, Base):
    """The one message of a day, as the organization counts days."""

    __tablename__ = "alert_digests"
    __table_args__ = (UniqueConstraint("org_id", "id"), UniqueConstraint("org_id", "day"))
    day: Mapped[date] = mapped_column(Date)


class AlertPost(Tenant, Base):
    """An alert or a digest on its way to Slack or a webhook. Its id is the `webhook-id` of every attempt."""

    __tablename__ = "alert_posts"
    __table_args__ = (
        UniqueConstraint("org_id", "alert_id", "channel"),
        UniqueConstraint("org_id", "digest_id", "channel"),
        ForeignKeyConstraint(["org_id", "alert_id"], ["alerts.org_id", "alerts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "digest_id"], ["alert_digests.org_id", "alert_digests.id"], ondelete="CASCADE"),
        CheckConstraint("channel in ('slack','webhook')", name="channel"),
        CheckConstraint("state in ('queued','sending','sent','failed')", name="state"),
    )
    alert_id: Mapped[UUID | None]
    digest_id: Mapped[UUID | None]
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    tries: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[int | None]  # of the last answer
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, app_now


class Campaign(Tenant, Base):
    """An e-mail campaign as the provider describes it. Its figures are observations."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("connection_id", "external_id"),
        ForeignKeyConstraint(["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE"),
        Index("ix_campaigns_org_id_sent_at", "org_id", "sent_at", "id"),
        Index("ix_campaigns_connection_id_sent_at", "connection_id", "sent_at"),
    )
    # no index of its own: the one by sent_at begins with it, and this table is written most
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    connection_id: Mapped[UUID]
    external_id: Mapped[str]
    name: Mapped[str]
    subject: Mapped[str | None]
    status: Mapped[str]
    channel: Mapped[str]
    sent_at: Mapped[datetime | None]
    provider_created_at: Mapped[datetime | None]
    provider_updated_at: Mapped[datetime | None]
    archived: Mapped[bool] = mapped_column(server_default=text("false"))
    gone_at: Mapped[datetime | None]  # tombstone: the provider deleted it; the figures stay
    latest_observation_id: Mapped[UUID | None]  # "current" figures, without a scan over all observations
    figures_as_of: Mapped[datetime | None]  # when a sync last confirmed them, changed or not
    first_seen_run_id: Mapped[UUID | None]
    last_seen_run_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=app_now())


class Observation(Tenant, Base):
    """Figures of one campaign at one time, and the sync run they came from. Written when they differ; never changed."""

    __tablename__ = "observations"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "campaign_id"], ["campaigns.org_id", "campaigns.id"], ondelete="CASCADE"),
        Index("ix_observations_campaign_id_as_of", "campaign_id", "as_of"),
    )
    campaign_id: Mapped[UUID]
    source_run_id: Mapped[UUID]
    as_of: Mapped[datetime]
    sent: Mapped[int | None]
    delivered: Mapped[int | None]
    opened: Mapped[int | None]
    clicked: Mapped[int | None]
    bounced: Mapped[int | None]
    complaints: Mapped[int | None]
    unsubscribes: Mapped[int | None]
    delivered_derived: Mapped[bool] = mapped_column(server_default=text("false"))
    hard_bounced: Mapped[int | None]
    soft_bounced: Mapped[int | None]
    machine_opened: Mapped[int | None]  # by programs, where the provider tells them from people
    machine_clicked: Mapped[int | None]

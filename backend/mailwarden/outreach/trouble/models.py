from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.db import Base, Tenant, app_now
from mailwarden.core.ids import new_id


class OutreachNotice(Tenant, Base):
    """What was announced. The row, unique, is why nothing is announced twice."""

    __tablename__ = "outreach_notices"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("org_id", "subject_id", "moment"),
        Index("ix_outreach_notices_org_id_connection_id", "org_id", "connection_id"),
    )
    connection_id: Mapped[UUID]
    subject_id: Mapped[UUID]  # the episode, or the event of the disconnect
    moment: Mapped[str]  # of `rules.NOTICES`


class ServicePulse(Base):
    """When our workers last did what they do every minute."""

    __tablename__ = "service_pulses"
    name: Mapped[str] = mapped_column(primary_key=True)  # 'worker'
    at: Mapped[datetime]


class ServiceOutage(Base):
    """A time in which none of our workers lived: it counts against nobody."""

    __tablename__ = "service_outages"
    __table_args__ = (Index("ix_service_outages_ended_at", "ended_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(server_default=app_now())

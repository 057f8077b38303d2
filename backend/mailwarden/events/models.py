"""Past facts. The table is the outbox, too: a fact and the job that tells others of it commit together."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, by_age


class Event(Tenant, Base):
    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        Index("uq_events_org_id_position", "org_id", "position", unique=True),
        by_age("created_at"),
    )
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    # Numbers the organization's events from 1 without gaps, in the order of their commits. The schema writes it while
    # the transaction commits (0014_event_stream), whatever is given here; so inside that transaction it is null.
    position: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str]
    connection_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]  # the episode, sync run, … the type speaks of
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class EventPosition(Tenant, Base):
    """The number of the organization's latest committed event."""

    __tablename__ = "event_positions"
    __table_args__ = (UniqueConstraint("org_id"),)
    position: Mapped[int] = mapped_column(BigInteger)

"""Past facts. The table is the outbox, too: a fact and the job that tells others of it commit together."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class Event(Tenant, Base):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_org_id_sequence", "org_id", "sequence"),)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    type: Mapped[str]
    connection_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]  # the episode, sync run, … the type speaks of
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

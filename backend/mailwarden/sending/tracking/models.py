from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from mailwarden.core.db import Base, Tenant, by_age


def _pointing(column: str, table: str) -> ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"], ondelete="CASCADE")


class TrackedLink(Tenant, Base):
    """Where a link of a mail leads. As long as the mail is kept, so are its links: people click late."""

    __tablename__ = "tracked_links"
    __table_args__ = (
        CheckConstraint("number between 1 and 65535", name="number"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "message_id", "number"),
        _pointing("message_id", "messages"),
    )
    message_id: Mapped[UUID]
    number: Mapped[int]  # within the message, from 1
    url: Mapped[str]


class TrackingEvent(Tenant, Base):
    """One request for a pixel, a link or the end of mails. Of whoever asked nothing is kept but what judged them."""

    __tablename__ = "tracking_events"
    __table_args__ = (
        CheckConstraint("kind in ('open','click','unsubscribe')", name="kind"),
        Index("ix_tracking_events_org_id_message_id", "org_id", "message_id", "at"),
        by_age("created_at"),
        _pointing("message_id", "messages"),
        _pointing("recipient_id", "message_recipients"),
        _pointing("link_id", "tracked_links"),
    )
    message_id: Mapped[UUID]
    recipient_id: Mapped[UUID | None]  # none: everybody has the same copy
    kind: Mapped[str]
    link_id: Mapped[UUID | None]
    at: Mapped[datetime]
    machine: Mapped[bool | None]  # by the request alone; none: it does not tell
    machine_reason: Mapped[str | None]


class TrackingFirst(Tenant, Base):
    """That somebody, and no machine, opened or clicked for the first time: it is announced once."""

    __tablename__ = "tracking_firsts"
    __table_args__ = (
        CheckConstraint("kind in ('open','click')", name="kind"),
        UniqueConstraint("org_id", "message_id", "recipient_id", "kind", postgresql_nulls_not_distinct=True),
        _pointing("message_id", "messages"),
        _pointing("recipient_id", "message_recipients"),
    )
    message_id: Mapped[UUID]
    recipient_id: Mapped[UUID | None]
    kind: Mapped[str]
    at: Mapped[datetime]

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, by_age


def _pointing(column: str, table: str, ondelete: str) -> ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"], ondelete=ondelete)


class MailboxReader(Tenant, Base):
    """How far a connection's mail is read. ``cursor`` belongs to the provider's reader; null: not begun."""

    __tablename__ = "mailbox_readers"
    __table_args__ = (UniqueConstraint("org_id", "connection_id"), _pointing("connection_id", "connections", "CASCADE"))
    connection_id: Mapped[UUID]
    cursor: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime | None]  # when everything until then was read
    trouble: Mapped[str | None]  # a code: why it is not read now


class ReceivedMail(Tenant, Base):
    """A mail that had, or claimed, to do with one of ours. Nothing of what it says is kept but ``facts``: codes."""

    __tablename__ = "received_mails"
    __table_args__ = (
        CheckConstraint("kind in ('bounce','complaint','reply','auto_reply','other')", name="kind"),
        UniqueConstraint("org_id", "connection_id", "provider_key"),
        Index("ix_received_mails_org_id_message_id", "org_id", "message_id"),
        by_age("created_at"),
        _pointing("connection_id", "connections", "CASCADE"),
        _pointing("message_id", "messages", "SET NULL (message_id)"),
        _pointing("recipient_id", "message_recipients", "SET NULL (recipient_id)"),
    )
    connection_id: Mapped[UUID]
    provider_key: Mapped[str]
    kind: Mapped[str]
    message_id: Mapped[UUID | None]
    recipient_id: Mapped[UUID | None]  # the first one that it is about; ``facts`` names the others
    received_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

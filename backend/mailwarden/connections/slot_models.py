from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class MailboxSlot(Tenant, Base):
    """A numbered place for a mailbox. Its settings survive a reconnect, not a disconnect (D5, D8)."""

    __tablename__ = "mailbox_slots"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "number"),
        UniqueConstraint("org_id", "connection_id"),
        ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            ondelete="SET NULL (connection_id)",
        ),
        ForeignKeyConstraint(
            ["org_id", "last_connection_id"],
            ["connections.org_id", "connections.id"],
            ondelete="SET NULL (last_connection_id)",
        ),
    )
    number: Mapped[int]
    connection_id: Mapped[UUID | None]
    last_connection_id: Mapped[UUID | None]  # finds its number again
    settings: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb")
    )  # what differs from the defaults
    version: Mapped[int] = mapped_column(server_default="1")
    reserved_by: Mapped[UUID | None]  # whose next mailbox goes here
    reserved_until: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None]

"""What a test of each connection found after the organization became active again (I9)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from mailwarden.core.db import Base, Tenant


class Retest(Tenant, Base):
    """The latest of its connection; ``tested_at`` None: not yet."""

    __tablename__ = "connection_retests"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "connection_id"], ["connections.org_id", "connections.id"], ondelete="CASCADE"),
        UniqueConstraint("org_id", "connection_id"),
    )
    connection_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    tested_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    detail: Mapped[str | None]

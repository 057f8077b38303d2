from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class SupportBundle(Tenant, Base):
    """What was shown before the download is what is downloaded. Redacted before it is written; never changed after."""

    __tablename__ = "support_bundles"
    __table_args__ = (Index("ix_support_bundles_org_id_created_at", "org_id", "created_at"),)
    created_by: Mapped[UUID]
    content: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    redactions: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))

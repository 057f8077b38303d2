from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class AuditEntry(Tenant, Base):
    """Who did what. Written once, in the transaction of what was done; the app's role can neither change nor remove it.

    Names are those of that moment, since people leave and things are deleted.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_org_id_created_at", "org_id", "created_at", "id"),
        Index("ix_audit_log_created_at", "created_at"),
    )
    actor_kind: Mapped[str]  # session | api_key | extension | system
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str | None]
    key_id: Mapped[UUID | None]
    action: Mapped[str]
    target_kind: Mapped[str | None]
    target_id: Mapped[UUID | None]
    target_label: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ip: Mapped[str | None]
    request_id: Mapped[str | None]

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, app_now
from mailwarden.core.ids import new_id


class SupportRequest(Base):
    """What somebody wrote to support. Without ``org_id``: by somebody who is not signed in; no organization sees it."""

    __tablename__ = "support_requests"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        CheckConstraint("status in ('open','answered','closed')", name="status"),
        Index("ix_support_requests_org_id_created_at", "org_id", "created_at"),
        Index("ix_support_requests_created_at", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())
    reference: Mapped[str]  # what people say on the telephone
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    email: Mapped[str]
    organization_name: Mapped[str | None]
    description: Mapped[str]
    error_text: Mapped[str | None]
    doing: Mapped[str | None]
    steps: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    page: Mapped[str | None]
    browser: Mapped[str | None]
    device: Mapped[str | None]
    provider: Mapped[str | None]
    environment: Mapped[str]
    problem_request_id: Mapped[str | None]
    bundle_id: Mapped[UUID | None]
    urgency: Mapped[str | None]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    message_id: Mapped[str]
    mail_state: Mapped[str] = mapped_column(server_default=text("'queued'"))  # queued | sent | failed


class SupportAttachment(Base):
    """A file as it was sent. Its type was found in its content, its name made harmless."""

    __tablename__ = "support_attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "request_id"], ["support_requests.org_id", "support_requests.id"], ondelete="CASCADE"
        ),
        Index("ix_support_attachments_request_id", "request_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    request_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class Invitation(Tenant, Base):
    """A place offered to whoever reads the mail. The link's secret is made when the mail is built; here is its hash.

    One open invitation per address; a resend makes the older link worthless.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role in ('owner','manager','member')", name="role"),
        CheckConstraint("num_nonnulls(accepted_at, revoked_at) < 2", name="one_end"),
        Index("uq_invitations_token_hash", "token_hash", unique=True),
        Index(
            "uq_invitations_org_id_email",
            "org_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )
    email: Mapped[str]
    role: Mapped[str]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    inviter_name: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    message_id: Mapped[str]
    mail_state: Mapped[str] = mapped_column(server_default=text("'queued'"))  # queued | sent | failed | unknown
    mails: Mapped[int] = mapped_column(server_default="1")
    mailed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]

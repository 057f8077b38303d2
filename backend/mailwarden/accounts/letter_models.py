from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, app_now
from mailwarden.core.ids import new_id


class AccountLetter(Base):
    """One mail about a person's account, and the link in it. Seen by that person only.

    The link's secret is made when the mail is built and lives in that mail alone: here stands its hash. Without
    ``user_id``: somebody forgot a password and typed this address; whose it is, if anybody's, is found out later.
    """

    __tablename__ = "account_letters"
    __table_args__ = (
        Index("uq_account_letters_token_hash", "token_hash", unique=True),
        Index("ix_account_letters_user_id_created_at", "user_id", "created_at"),
        Index("ix_account_letters_created_at", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    recipient: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))  # queued | sent | failed | unknown | dropped
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # of the link
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]

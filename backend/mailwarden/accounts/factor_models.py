from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, app_now
from mailwarden.core.ids import new_id


class SecondFactor(Base):
    """A person's authenticator app. Not asked for before ``confirmed_at``."""

    __tablename__ = "second_factors"
    __table_args__ = (UniqueConstraint("user_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    secret: Mapped[bytes] = mapped_column(Sealed)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0")  # of 30 s; a code works once
    recovery_hashes: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))  # of those not used yet
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())


class Identity(Base):
    """Somebody's account at Google or Microsoft, named by issuer and subject: addresses there change hands."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("subject_hash"), UniqueConstraint("user_id", "provider"))
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    provider: Mapped[str]
    issuer: Mapped[str]
    subject: Mapped[str]
    subject_hash: Mapped[bytes] = mapped_column(LargeBinary)  # of both
    label: Mapped[str]  # the address there, for people to tell accounts apart
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())
    last_used_at: Mapped[datetime | None]

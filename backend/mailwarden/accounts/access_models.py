"""What programs show instead of a cookie. Secrets are random and kept as hashes only: there is nothing to guess."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant

NO_LIST = text("'[]'::jsonb")


class ApiKey(Tenant, Base):
    """``scopes`` is what was granted; what it may do is also bounded by its maker's role of today."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("org_id", "id"),)
    name: Mapped[str]
    public_key: Mapped[str] = mapped_column(unique=True)  # the eight characters that find it
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    allowed_ips: Mapped[list[str]] = mapped_column(server_default=NO_LIST)  # CIDR ranges; empty: from anywhere
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    replaced_by: Mapped[UUID | None]


class Grant(Tenant, Base):
    """A program on a device that somebody let in: all its codes and tokens die with it."""

    __tablename__ = "oauth_grants"
    __table_args__ = (UniqueConstraint("org_id", "id"),)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str]
    device_name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(server_default=NO_LIST)
    expires_at: Mapped[datetime]  # absolute: no refresh goes past it
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None]
    last_used_at: Mapped[datetime | None]


class GrantToken(Tenant, Base):
    """A code, an access or a refresh token. ``used_at`` marks what must not come twice."""

    __tablename__ = "oauth_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "grant_id"], ["oauth_grants.org_id", "oauth_grants.id"], ondelete="CASCADE"),
        CheckConstraint("kind in ('code','access','refresh')", name="kind"),
    )
    grant_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    parent_id: Mapped[UUID | None]  # the refresh token that this one replaced
    redirect_uri: Mapped[str | None]  # of a code
    challenge: Mapped[str | None]  # of a code

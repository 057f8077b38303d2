"""Access tokens for further services that one grant opens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant


class AudienceToken(Tenant, Base):
    """The refresh token stays in ``credentials``: one grant, one chain of them, whoever it is spent for."""

    __tablename__ = "audience_tokens"
    __table_args__ = (of_connection(), UniqueConstraint("connection_id", "audience"))
    connection_id: Mapped[UUID]
    audience: Mapped[str]  # of the catalogue
    access_token: Mapped[bytes | None] = mapped_column(Sealed)
    scopes: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    expires_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]  # the grant lives, but not for this service

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant

FAILING = "failing in ('imap','smtp')"
SECURITY = "imap_security in ('tls','starttls','none') and smtp_security in ('tls','starttls','none')"


class MailServers(Tenant, Base):
    """1:1 with a connection that is signed in to by password: where its mail lives, and the password.

    Its row in ``credentials`` counts refusals and holds no token.
    """

    __tablename__ = "mail_servers"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("connection_id"),
        CheckConstraint(SECURITY, name="security"),
        CheckConstraint(FAILING, name="failing"),
    )
    connection_id: Mapped[UUID]
    address: Mapped[str]
    imap_host: Mapped[str]
    imap_port: Mapped[int]
    imap_security: Mapped[str]  # tls | starttls | none
    smtp_host: Mapped[str]
    smtp_port: Mapped[int]
    smtp_security: Mapped[str]
    username: Mapped[str]
    smtp_username: Mapped[str | None]  # None: the same, and the same password
    password: Mapped[bytes | None] = mapped_column(Sealed)  # none after a disconnect
    smtp_password: Mapped[bytes | None] = mapped_column(Sealed)
    failing: Mapped[str | None]  # imap | smtp: in trouble when it was last asked; a refused password is none
    other_due_at: Mapped[datetime | None]  # meanwhile: when the other one has its turn

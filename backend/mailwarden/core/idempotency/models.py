from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant


class IdempotencyKey(Tenant, Base):
    """A request that was begun, and what it was answered. ``status`` null: it is still running (until the lease ends).

    The answer is sealed: it may hold a secret that is shown once.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("org_id", "principal", "key"),)
    principal: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(Sealed)
    lease_until: Mapped[datetime | None]

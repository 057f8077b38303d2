from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base


class Throttle(Base):
    """How often something was tried. ``key`` is a keyed hash: neither addresses nor networks stand here.

    Belongs to nobody: it is counted before anybody is known, and the same for accounts that do not exist.
    """

    __tablename__ = "throttles"
    __table_args__ = (Index("ix_throttles_last_at", "last_at"),)
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    hits: Mapped[int]
    since: Mapped[datetime]
    last_at: Mapped[datetime]
    open_at: Mapped[datetime]  # before this nothing more is let through

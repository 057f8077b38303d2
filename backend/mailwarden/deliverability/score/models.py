"""Scores as they stood on each day, with everything that they were made of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, app_now, by_age

ACCOUNT = ""
"""In the place of a domain: the whole organization."""


class ScoreSnapshot(Tenant, Base):
    """One a day and domain; the last computation of a day stays. ``inputs`` give ``result`` again, bit by bit."""

    __tablename__ = "score_snapshots"
    __table_args__ = (
        CheckConstraint("score between 0 and 100", name="score"),
        CheckConstraint("points between 0 and 10000", name="points"),
        CheckConstraint("confidence in ('low','medium','high')", name="confidence"),
        UniqueConstraint("org_id", "domain", "day"),
        by_age("created_at"),
    )
    domain: Mapped[str]
    day: Mapped[date]
    version: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    score: Mapped[int | None]  # None: nothing is known
    band: Mapped[str | None]
    points: Mapped[int]  # 1/100
    cap: Mapped[str | None]  # the one that binds
    confidence: Mapped[str]
    provisional: Mapped[bool]
    computed_at: Mapped[datetime] = mapped_column(server_default=app_now())

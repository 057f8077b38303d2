"""The daily roll-up: what each send day looked like at the end of each day on which something was learned of it.

Nothing here is a source: every row can be deleted and is computed again from campaigns and observations.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.db import Base, Tenant

_Sum = BigInteger


class FigureDay(Tenant, Base):
    """Sums over the campaigns sent on ``day``, as known at the end of ``known_on``; days are the organization's.

    It holds until ``superseded_on``; null: until now. ``*_part`` and ``*_whole`` are sums over the campaigns that
    state both counts of a rate.
    """

    __tablename__ = "figure_days"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("connection_id", "day", "known_on"),
        Index(
            "ix_figure_days_current",
            "connection_id",
            "day",
            postgresql_where=text("superseded_on IS NULL"),
        ),
    )
    connection_id: Mapped[UUID]
    day: Mapped[date]
    known_on: Mapped[date]
    superseded_on: Mapped[date | None]
    campaigns: Mapped[int]
    delivered_derived: Mapped[bool]
    sent: Mapped[int | None] = mapped_column(_Sum)
    delivered: Mapped[int | None] = mapped_column(_Sum)
    opened: Mapped[int | None] = mapped_column(_Sum)
    clicked: Mapped[int | None] = mapped_column(_Sum)
    bounced: Mapped[int | None] = mapped_column(_Sum)
    complaints: Mapped[int | None] = mapped_column(_Sum)
    unsubscribes: Mapped[int | None] = mapped_column(_Sum)
    hard_bounced: Mapped[int | None] = mapped_column(_Sum)
    soft_bounced: Mapped[int | None] = mapped_column(_Sum)
    machine_opened: Mapped[int | None] = mapped_column(_Sum)
    machine_clicked: Mapped[int | None] = mapped_column(_Sum)
    delivery_rate_part: Mapped[int | None] = mapped_column(_Sum)
    delivery_rate_whole: Mapped[int | None] = mapped_column(_Sum)
    bounce_rate_part: Mapped[int | None] = mapped_column(_Sum)
    bounce_rate_whole: Mapped[int | None] = mapped_column(_Sum)
    open_rate_part: Mapped[int | None] = mapped_column(_Sum)
    open_rate_whole: Mapped[int | None] = mapped_column(_Sum)
    click_rate_part: Mapped[int | None] = mapped_column(_Sum)
    click_rate_whole: Mapped[int | None] = mapped_column(_Sum)
    complaint_rate_part: Mapped[int | None] = mapped_column(_Sum)
    complaint_rate_whole: Mapped[int | None] = mapped_column(_Sum)
    unsubscribe_rate_part: Mapped[int | None] = mapped_column(_Sum)
    unsubscribe_rate_whole: Mapped[int | None] = mapped_column(_Sum)


class FigureZone(Tenant, Base):
    """In whose days the roll-up of a connection counts. Another zone than the organization's: it is not used."""

    __tablename__ = "figure_zones"
    __table_args__ = (of_connection(), UniqueConstraint("connection_id"))
    connection_id: Mapped[UUID]
    time_zone: Mapped[str]


class StaleFigures(Tenant, Base):
    """A send day (UTC) of which something was stored since its roll-up; readers count such days themselves."""

    __tablename__ = "stale_figures"
    __table_args__ = (of_connection(), UniqueConstraint("connection_id", "day"))
    connection_id: Mapped[UUID]
    day: Mapped[date]
    since: Mapped[datetime | None]  # what was known before is as it was; null: campaigns came or went, all is new

"""What lists said of an organization's addresses and domains, and how far each list is to be believed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant, app_now

KINDS = "asset_kind in ('ip','domain')"


class BlocklistHealth(Base):
    """Of the installation: one row for each list and kind of question that anybody needed."""

    __tablename__ = "blocklist_health"
    list_key: Mapped[str] = mapped_column(primary_key=True)
    face: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="unchecked")
    since: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]  # the beginning of the latest round
    passes: Mapped[int] = mapped_column(server_default="0")
    passed_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(server_default="")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    wanted_at: Mapped[datetime] = mapped_column(server_default=app_now())


class BlocklistStanding(Tenant, Base):
    """What is known of one asset at one list. ``listed``, ``definite_at``, ``turning_since``: see rules/course.py."""

    __tablename__ = "blocklist_standings"
    __table_args__ = (
        CheckConstraint(KINDS, name="asset_kind"),
        UniqueConstraint("org_id", "asset_kind", "asset", "list_key"),
        Index("ix_blocklist_standings_due", "org_id", "due_at"),
    )
    asset_kind: Mapped[str]
    asset: Mapped[str]
    list_key: Mapped[str]
    listed: Mapped[bool | None]
    definite_at: Mapped[datetime | None]
    turning_since: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(server_default="unknown")  # of the latest question
    why: Mapped[str] = mapped_column(server_default="")
    raw: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    due_at: Mapped[datetime]


class BlocklistListing(Tenant, Base):
    """An unbroken time on a list. ``ending``: ``delisted``, or ``unwatched`` where nobody looks any more."""

    __tablename__ = "blocklist_listings"
    __table_args__ = (
        CheckConstraint(KINDS, name="asset_kind"),
        CheckConstraint("ending in ('delisted','unwatched')", name="ending"),
        UniqueConstraint("org_id", "id"),
        Index(
            "uq_blocklist_listings_open",
            "org_id",
            "asset_kind",
            "asset",
            "list_key",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_blocklist_listings_log", "org_id", "first_seen_at", "id"),
    )
    asset_kind: Mapped[str]
    asset: Mapped[str]
    list_key: Mapped[str]
    operator: Mapped[str]
    tier: Mapped[str]
    codes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    said: Mapped[str] = mapped_column(server_default="")  # the list's own words, made harmless
    first_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]
    times: Mapped[int] = mapped_column(server_default="1")  # 2 and more: listed again


class BlocklistStep(Tenant, Base):
    """Who ticked which step of the way off a list, and when."""

    __tablename__ = "blocklist_steps"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "listing_id"], ["blocklist_listings.org_id", "blocklist_listings.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("org_id", "listing_id", "step"),
    )
    listing_id: Mapped[UUID]
    step: Mapped[str]
    done: Mapped[bool]
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]

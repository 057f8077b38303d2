from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.crypto import Sealed, SealedApart
from mailwarden.core.db import Base, Tenant, app_now, by_age
from mailwarden.core.ids import new_id


class HookDelivery(Base):
    """A verified request as it came. Belongs to no organization: whose it is, is found out afterwards."""

    __tablename__ = "hook_deliveries"
    __table_args__ = (Index("ix_hook_deliveries_received_at", "received_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=app_now())
    size: Mapped[int]
    body: Mapped[bytes | None] = mapped_column(SealedApart)


class StoredEvent(Base):
    """One event of a delivery. Unique by the provider's own name for it, so that a repeated one has one effect."""

    __tablename__ = "hook_events"
    __table_args__ = (
        CheckConstraint("state in ('ready','done')", name="state"),
        UniqueConstraint("provider", "dedupe_key"),
        Index("ix_hook_events_ready", "provider", "target", postgresql_where=text("state = 'ready'")),
        Index("ix_hook_events_received_at", "received_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID]
    provider: Mapped[str]
    dedupe_key: Mapped[str]
    target: Mapped[str]  # whose events are handled together: an account, or what stands for a token
    account: Mapped[str | None]  # external id
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # keyed; of a derived value of a refresh token
    subscription_id: Mapped[UUID | None]
    kind: Mapped[str]
    topic: Mapped[str]  # the provider's word
    objects: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))  # ids only
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=app_now())
    state: Mapped[str] = mapped_column(server_default="ready")
    duplicates: Mapped[int] = mapped_column(server_default="0")
    concerned: Mapped[int | None]  # connections; none: nobody here has this account


class RefusedHooks(Base):
    """What was turned away, by day and reason. Of the requests themselves nothing is kept."""

    __tablename__ = "hook_refusals"
    provider: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(server_default="0")


class HookLog(Tenant, Base):
    """What an event meant for one connection, and what we did (M13)."""

    __tablename__ = "hook_log"
    __table_args__ = (
        of_connection(),
        UniqueConstraint("org_id", "connection_id", "event_id"),
        Index("ix_hook_log_org_id_received_at", "org_id", "received_at", "id"),
        by_age("received_at"),
    )
    connection_id: Mapped[UUID]
    event_id: Mapped[UUID]
    provider: Mapped[str]
    kind: Mapped[str]
    topic: Mapped[str]
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime]
    outcome: Mapped[str]


class HookMark(Tenant, Base):
    """How far events of one sort went for a connection: older ones have no effect, and hints come in one go."""

    __tablename__ = "hook_marks"
    __table_args__ = (of_connection(), UniqueConstraint("org_id", "connection_id", "topic"))
    connection_id: Mapped[UUID]
    topic: Mapped[str]
    newest_at: Mapped[datetime | None]  # when the newest applied one happened
    due_at: Mapped[datetime | None]  # for when the latest look was asked


class HookSubscription(Tenant, Base):
    """A place at a provider that pushes to an address of its own, which nobody else knows."""

    __tablename__ = "hook_subscriptions"
    __table_args__ = (
        of_connection(),
        CheckConstraint("status in ('pending','active','inactive','ended')", name="status"),
        Index("uq_hook_subscriptions_path_hash", "path_hash", unique=True),
        UniqueConstraint("org_id", "connection_id", "topic"),
    )
    connection_id: Mapped[UUID]
    provider: Mapped[str]
    topic: Mapped[str]  # what is subscribed to, in the provider's words
    path_hash: Mapped[bytes] = mapped_column(LargeBinary)  # of the last part of the address
    path: Mapped[bytes] = mapped_column(Sealed)
    secret: Mapped[bytes] = mapped_column(Sealed)  # signing key or clientState
    provider_id: Mapped[str | None]  # the provider's name for it
    status: Mapped[str] = mapped_column(server_default="pending")
    expires_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]

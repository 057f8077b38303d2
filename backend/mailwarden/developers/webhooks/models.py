from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant, app_now, by_age


class WebhookEndpoint(Tenant, Base):
    """Where an organization wants its events sent. ``version`` counts what members change, not how deliveries go."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (UniqueConstraint("org_id", "id"),)
    url: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    event_types: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))  # none: all of them
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    disabled_reason: Mapped[str | None]  # member | gone
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    secret: Mapped[bytes] = mapped_column(Sealed)
    previous_secret: Mapped[bytes | None] = mapped_column(Sealed)  # signs beside the new one until then
    previous_until: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")  # of the event up to which deliveries exist
    failures_in_row: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None]  # the first failure after which nothing succeeded
    episode_id: Mapped[UUID | None]  # names that time of trouble
    alerted_at: Mapped[datetime | None]  # when people were told of it
    rest_until: Mapped[datetime | None]  # nothing is sent before: it asked for it, or it is tried seldom
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class WebhookDelivery(Tenant, Base):
    """One event on its way to one endpoint. ``message_id`` is the event's id; a test message has its own."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("org_id", "endpoint_id", "message_id"),
        ForeignKeyConstraint(
            ["org_id", "endpoint_id"], ["webhook_endpoints.org_id", "webhook_endpoints.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "event_id"], ["events.org_id", "events.id"], ondelete="CASCADE"),
        CheckConstraint("state in ('pending','delivered','failed')", name="state"),
        Index("ix_webhook_deliveries_event_id", "event_id"),
        Index("ix_webhook_deliveries_log", "org_id", "endpoint_id", "created_at", "id"),
        Index("ix_webhook_deliveries_due", "org_id", "endpoint_id", "state", "due_at"),
        by_age("created_at"),
    )
    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID | None]
    message_id: Mapped[UUID]
    event_type: Mapped[str]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(server_default="pending")
    step: Mapped[int] = mapped_column(server_default="0")  # of the retry schedule; attempts out of turn do not count
    due_at: Mapped[datetime] = mapped_column(server_default=app_now())
    scheduled_at: Mapped[datetime] = mapped_column(
        server_default=app_now()
    )  # what the schedule says; ``due_at`` may come before
    sending_since: Mapped[datetime | None]  # set before the first byte leaves: tells of a sender that died
    tries: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))  # the latest ones
    delivered_at: Mapped[datetime | None]

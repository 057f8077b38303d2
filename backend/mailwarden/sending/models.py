from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.crypto import Sealed
from mailwarden.core.db import Base, Tenant

WAITING = sql("state in ('queued','sending')")
MAY_BE_OUT = sql("outcome in ('started','accepted','unknown','found')")


def _pointing(column: str, table: str, ondelete: str) -> ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"], ondelete=ondelete)


class Message(Tenant, Base):
    """A mail that a person writes or an outreach campaign makes."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("kind in ('one_off','outreach')", name="kind"),
        CheckConstraint("source in ('app','api','extension')", name="source"),
        CheckConstraint("state in ('draft','queued','sending','sent','failed','unknown','cancelled')", name="state"),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "rfc822_id"),
        Index("ix_messages_waiting", "org_id", "slot_id", "due_at", postgresql_where=WAITING),
        Index("ix_messages_org_id_seen_id", "org_id", "seen_id"),
        Index("ix_messages_org_id_provider_thread", "org_id", "provider_thread"),
        Index("ix_messages_org_id_state", "org_id", "state", "id"),
        _pointing("slot_id", "mailbox_slots", "SET NULL (slot_id)"),
        _pointing("connection_id", "connections", "SET NULL (connection_id)"),
    )
    kind: Mapped[str]
    slot_id: Mapped[UUID | None]  # none: a draft for which no mailbox is chosen yet
    connection_id: Mapped[UUID | None]  # the account that stood in the slot when it was queued
    author_id: Mapped[UUID | None]
    source: Mapped[str] = mapped_column(server_default="app")
    state: Mapped[str] = mapped_column(server_default="draft")
    failure_code: Mapped[str | None]
    failure_detail: Mapped[str | None]
    subject: Mapped[str] = mapped_column(server_default="")
    html: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")  # empty: made of the HTML
    answers_id: Mapped[UUID | None]  # the own message that this one follows
    in_reply_to: Mapped[str | None]  # with its angle brackets, as all Message-IDs here
    references_: Mapped[list[str]] = mapped_column(server_default=sql("'[]'::jsonb"))
    provider_thread: Mapped[str | None]
    track_opens: Mapped[bool | None]  # none: as the mailbox is set, when it is queued
    track_clicks: Mapped[bool | None]
    one_click_unsubscribe: Mapped[bool] = mapped_column(server_default=sql("false"))
    rfc822_id: Mapped[str | None]  # our own Message-ID, from when it is queued
    seen_id: Mapped[str | None]  # what recipients see: Gmail sets its own
    provider_id: Mapped[str | None]
    due_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")


class MessageRecipient(Tenant, Base):
    __tablename__ = "message_recipients"
    __table_args__ = (
        CheckConstraint("kind in ('to','cc','bcc')", name="kind"),
        CheckConstraint("state in ('waiting','accepted','refused','bounced','complained')", name="state"),
        CheckConstraint("bounce_kind in ('hard','soft')", name="bounce_kind"),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "message_id", "position"),
        _pointing("message_id", "messages", "CASCADE"),
    )
    message_id: Mapped[UUID]
    position: Mapped[int]
    kind: Mapped[str]
    address: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="waiting")
    state_detail: Mapped[str | None]
    bounce_kind: Mapped[str | None]
    bounce_code: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]


class MessageFile(Tenant, Base):
    """An attachment. ``size`` in bytes, of the file itself."""

    __tablename__ = "message_files"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        _pointing("message_id", "messages", "CASCADE"),
        Index("ix_message_files_org_id_message_id", "org_id", "message_id"),
    )
    message_id: Mapped[UUID]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(Sealed)  # base64 within


class SendAttempt(Tenant, Base):
    """Written before the provider is called. At most one of a message may have sent it; the schema sees to that."""

    __tablename__ = "send_attempts"
    __table_args__ = (
        CheckConstraint("outcome in ('started','accepted','refused','not_sent','unknown','found')", name="outcome"),
        UniqueConstraint("org_id", "message_id", "number"),
        Index("uq_send_attempts_out", "org_id", "message_id", unique=True, postgresql_where=MAY_BE_OUT),
        Index("ix_send_attempts_org_id_slot_id", "org_id", "slot_id", "started_at"),
        Index("ix_send_attempts_org_id_connection_id", "org_id", "connection_id", "started_at"),
        _pointing("message_id", "messages", "CASCADE"),
        _pointing("slot_id", "mailbox_slots", "SET NULL (slot_id)"),
        _pointing("connection_id", "connections", "SET NULL (connection_id)"),
    )
    message_id: Mapped[UUID]
    slot_id: Mapped[UUID | None]
    connection_id: Mapped[UUID | None]
    number: Mapped[int]
    started_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="started")
    finished_at: Mapped[datetime | None]
    code: Mapped[str | None]
    detail: Mapped[str | None]
    evidence: Mapped[dict[str, Any] | None]


class Suppression(Tenant, Base):
    """Nobody of the organization sends to this address any more."""

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="address"),
        CheckConstraint("reason in ('unsubscribed','hard_bounce','complaint','manual')", name="reason"),
        UniqueConstraint("org_id", "address"),
        _pointing("message_id", "messages", "SET NULL (message_id)"),
    )
    address: Mapped[str]
    reason: Mapped[str]
    message_id: Mapped[UUID | None]  # which mail it came of
    note: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[UUID | None]

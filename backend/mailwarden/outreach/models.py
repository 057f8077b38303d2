from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.connections.models import of_connection
from mailwarden.core.db import Base, Tenant


def of_campaign() -> ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return ForeignKeyConstraint(
        ["org_id", "campaign_id"], ["outreach_campaigns.org_id", "outreach_campaigns.id"], ondelete="CASCADE"
    )


class OutreachCampaign(Tenant, Base):
    """A sequence of mails to recipients, from one account or, in a rotation, from several."""

    __tablename__ = "outreach_campaigns"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        CheckConstraint("state in ('draft','running','paused','finished','archived')", name="state"),
        CheckConstraint(
            "pause_reason in ('member','connection_inactive','disconnected','bounce_guard','sender_refused',"
            "'subscription')",
            name="pause_reason",
        ),
    )
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")
    pause_reason: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    rotation: Mapped[bool] = mapped_column(server_default=text("false"))  # decided at the start, for ever
    schedule: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))  # {}: the defaults
    auto_resume: Mapped[bool] = mapped_column(server_default=text("false"))
    track_opens: Mapped[bool] = mapped_column(server_default=text("true"))
    track_clicks: Mapped[bool] = mapped_column(server_default=text("true"))
    bounce_guard_percent: Mapped[int | None] = mapped_column(server_default="5")  # null: none
    guarded_since: Mapped[datetime | None]  # the guard counts mails sent after it: a resume by hand begins anew
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    author_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default="1")


class OutreachStep(Tenant, Base):
    """One mail of the sequence. ``delay_s`` counts from the step before, or from the start."""

    __tablename__ = "outreach_steps"
    __table_args__ = (
        of_campaign(),
        UniqueConstraint("org_id", "campaign_id", "number"),
        CheckConstraint(
            "condition in ('always','if_no_reply','if_opened','if_not_opened','if_clicked','if_not_clicked')",
            name="condition",
        ),
    )
    campaign_id: Mapped[UUID]
    number: Mapped[int]
    delay_s: Mapped[int] = mapped_column(server_default="0")
    condition: Mapped[str] = mapped_column(server_default="if_no_reply")
    subject: Mapped[str | None]  # null: a reply in the thread of the mail before
    html: Mapped[str]


class OutreachAccount(Tenant, Base):
    """An entry of the FROM list. A removed one stays as a row: recipients who had mail from it point to it."""

    __tablename__ = "outreach_accounts"
    __table_args__ = (
        of_campaign(),
        of_connection(),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "campaign_id", "connection_id"),
        ForeignKeyConstraint(["org_id", "slot_id"], ["mailbox_slots.org_id", "mailbox_slots.id"], ondelete="CASCADE"),
        Index("ix_outreach_accounts_org_id_connection_id", "org_id", "connection_id"),
        Index("ix_outreach_accounts_org_id_slot_id", "org_id", "slot_id"),
        CheckConstraint("state in ('active','paused','removed')", name="state"),
    )
    campaign_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    address: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="active")
    paused_reason: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]  # T0 of the grace
    wanted_back_at: Mapped[datetime | None]  # re-added as soon as it is connected again, if that is in time


class OutreachRecipient(Tenant, Base):
    """Whom the campaign writes to. ``next_step`` and ``next_at`` say what is due; docs/outreach.md has the states."""

    __tablename__ = "outreach_recipients"
    __table_args__ = (
        of_campaign(),
        ForeignKeyConstraint(
            ["org_id", "account_id"],
            ["outreach_accounts.org_id", "outreach_accounts.id"],
            ondelete="SET NULL (account_id)",
        ),
        UniqueConstraint("org_id", "id"),
        UniqueConstraint("org_id", "campaign_id", "address"),
        Index("ix_outreach_recipients_campaign_due", "campaign_id", "state", "next_at", "id"),
        Index("ix_outreach_recipients_account_due", "account_id", "state", "next_at", "id"),
        CheckConstraint(
            "state in ('waiting','active','held','finished','replied','bounced','unsubscribed','suppressed','skipped',"
            "'campaign_stopped')",
            name="state",
        ),
    )
    campaign_id: Mapped[UUID]
    address: Mapped[str]  # in lower case
    name: Mapped[str] = mapped_column(server_default="")
    fields: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    zone: Mapped[str | None]  # IANA; null: the organization's
    state: Mapped[str] = mapped_column(server_default="waiting")
    state_reason: Mapped[str | None]
    account_id: Mapped[UUID | None]  # from its first mail on, always the same (L29)
    next_step: Mapped[int] = mapped_column(server_default="1")
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]  # of the step before: the next delay counts from here


class OutreachSend(Tenant, Base):
    """A step that was decided for a recipient. The row, unique, is why none is ever sent twice (L28)."""

    __tablename__ = "outreach_sends"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "recipient_id"],
            ["outreach_recipients.org_id", "outreach_recipients.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["org_id", "message_id"], ["messages.org_id", "messages.id"], ondelete="SET NULL (message_id)"
        ),
        UniqueConstraint("org_id", "recipient_id", "step_number"),
        Index("ix_outreach_sends_org_id_message_id", "org_id", "message_id"),
    )
    recipient_id: Mapped[UUID]
    step_number: Mapped[int]
    message_id: Mapped[UUID | None]  # null: its condition was not met, or the message's retention is over
    not_met: Mapped[bool] = mapped_column(server_default=text("false"))


class OutreachClock(Tenant, Base):
    """The hour of grace or the nine days of one account; at ``due_at`` the stop rule runs, once."""

    __tablename__ = "outreach_clocks"
    __table_args__ = (
        of_campaign(),
        ForeignKeyConstraint(
            ["org_id", "account_id"],
            ["outreach_accounts.org_id", "outreach_accounts.id"],
            ondelete="CASCADE",
        ),
        Index(
            "uq_outreach_clocks_running", "account_id", "kind", unique=True, postgresql_where=text("state = 'running'")
        ),
        Index("ix_outreach_clocks_state_due_at", "state", "due_at"),
        CheckConstraint("kind in ('grace','nine_days')", name="kind"),
        CheckConstraint("state in ('running','cancelled','applied')", name="state"),
    )
    campaign_id: Mapped[UUID]
    account_id: Mapped[UUID]
    kind: Mapped[str]
    episode_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    uncounted_s: Mapped[int] = mapped_column(Integer, server_default="0")  # our downtime and providers' incidents
    state: Mapped[str] = mapped_column(server_default="running")
    applied_at: Mapped[datetime | None]
    stopped: Mapped[int | None]
    unassigned: Mapped[int | None]


class OutreachImport(Tenant, Base):
    """A file of recipients that was uploaded. Its content goes once it was imported, or after some days."""

    __tablename__ = "outreach_imports"
    __table_args__ = (of_campaign(),)
    campaign_id: Mapped[UUID]
    file_name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)  # compressed by zlib
    encoding: Mapped[str]
    delimiter: Mapped[str]
    rows: Mapped[int]
    author_id: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
    added: Mapped[int | None]
    duplicates: Mapped[int | None]
    invalid: Mapped[int | None]
    suppressed: Mapped[int | None]

"""Messages, their recipients, attempts to send them, and who gets no more mail."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import tenant_table

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
# Rows of these say: this mail may have gone out. There is never more than one of a message.
MAY_BE_OUT = "outcome in ('started','accepted','unknown','found')"


def upgrade() -> None:
    op.create_unique_constraint("uq_mailbox_slots_org_id_id", "mailbox_slots", ["org_id", "id"])
    _messages()
    _recipients()
    _files()
    _attempts()
    _suppressions()


def _pointing(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return sa.ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"], ondelete=ondelete)


def _yes_or_no(name: str, default: str = "false") -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default), nullable=False)


def _words(name: str) -> "sa.Column[str | None]":
    return sa.Column(name, sa.String(), nullable=True)


def _times(*names: str) -> "list[sa.Column[object]]":
    return [sa.Column(name, TIME, nullable=True) for name in names]


def _messages() -> None:
    tenant_table(
        "messages",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), server_default="app", nullable=False),
        sa.Column("state", sa.String(), server_default="draft", nullable=False),
        *[_words(name) for name in ("failure_code", "failure_detail")],
        *[sa.Column(name, sa.String(), server_default="", nullable=False) for name in ("subject", "html", "text")],
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        _words("in_reply_to"),
        sa.Column("references_", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _words("provider_thread"),
        *[sa.Column(name, sa.Boolean(), nullable=True) for name in ("track_opens", "track_clicks")],
        _yes_or_no("one_click_unsubscribe"),
        *[_words(name) for name in ("rfc822_id", "seen_id", "provider_id")],
        *_times("due_at", "queued_at", "sent_at"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind in ('one_off','outreach')", name="kind"),
        sa.CheckConstraint("source in ('app','api','extension')", name="source"),
        sa.CheckConstraint("state in ('draft','queued','sending','sent','failed','unknown','cancelled')", name="state"),
        sa.UniqueConstraint("org_id", "id"),
        sa.UniqueConstraint("org_id", "rfc822_id"),
        _pointing("slot_id", "mailbox_slots", "SET NULL (slot_id)"),
        _pointing("connection_id", "connections", "SET NULL (connection_id)"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["org_id", "slot_id", "due_at"],
        postgresql_where=sa.text("state in ('queued','sending')"),
    )
    op.create_index("ix_messages_org_id_seen_id", "messages", ["org_id", "seen_id"])
    op.create_index("ix_messages_org_id_provider_thread", "messages", ["org_id", "provider_thread"])
    op.create_index("ix_messages_org_id_state", "messages", ["org_id", "state", "id"])


def _recipients() -> None:
    tenant_table(
        "message_recipients",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        *[_words(name) for name in ("state_detail", "bounce_kind", "bounce_code")],
        *_times("replied_at", "opened_at", "clicked_at", "unsubscribed_at", "bounced_at", "complained_at"),
        sa.CheckConstraint("kind in ('to','cc','bcc')", name="kind"),
        sa.CheckConstraint("state in ('waiting','accepted','refused','bounced','complained')", name="state"),
        sa.CheckConstraint("bounce_kind in ('hard','soft')", name="bounce_kind"),
        sa.UniqueConstraint("org_id", "id"),
        sa.UniqueConstraint("org_id", "message_id", "position"),
        _pointing("message_id", "messages", "CASCADE"),
    )


def _files() -> None:
    tenant_table(
        "message_files",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 0", name="size"),
        _pointing("message_id", "messages", "CASCADE"),
    )
    op.create_index("ix_message_files_org_id_message_id", "message_files", ["org_id", "message_id"])
    op.execute("ALTER TABLE message_files ALTER COLUMN content SET STORAGE EXTERNAL")  # ciphertext does not shrink


def _attempts() -> None:
    tenant_table(
        "send_attempts",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("outcome", sa.String(), server_default="started", nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        *[_words(name) for name in ("code", "detail")],
        sa.Column("evidence", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("outcome in ('started','accepted','refused','not_sent','unknown','found')", name="outcome"),
        sa.UniqueConstraint("org_id", "message_id", "number"),
        _pointing("message_id", "messages", "CASCADE"),
        _pointing("slot_id", "mailbox_slots", "SET NULL (slot_id)"),
        _pointing("connection_id", "connections", "SET NULL (connection_id)"),
    )
    op.create_index(
        "uq_send_attempts_out",
        "send_attempts",
        ["org_id", "message_id"],
        unique=True,
        postgresql_where=sa.text(MAY_BE_OUT),
    )
    for column in ("slot_id", "connection_id"):
        op.create_index(f"ix_send_attempts_org_id_{column}", "send_attempts", ["org_id", column, "started_at"])


def _suppressions() -> None:
    tenant_table(
        "suppressions",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("address = lower(address)", name="address"),
        sa.CheckConstraint("reason in ('unsubscribed','hard_bounce','complaint','manual')", name="reason"),
        sa.UniqueConstraint("org_id", "address"),
        _pointing("message_id", "messages", "SET NULL (message_id)"),
    )


def downgrade() -> None:
    for table in ("suppressions", "send_attempts", "message_files", "message_recipients", "messages"):
        op.drop_table(table)
    op.drop_constraint("uq_mailbox_slots_org_id_id", "mailbox_slots", type_="unique")

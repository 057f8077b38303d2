"""What comes back to a mailbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes, of_connection, tenant_table

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
PRUNES = {"prune_received_mails": ("received_mails", "id", "created_at")}


def upgrade() -> None:
    tenant_table(
        "mailbox_readers",
        *of_connection(),
        sa.Column("cursor", postgresql.JSONB(), nullable=True),
        sa.Column("read_at", TIME, nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.UniqueConstraint("org_id", "connection_id"),
    )
    _received_mails()
    create_prunes(PRUNES)


def _received_mails() -> None:
    tenant_table(
        "received_mails",
        *of_connection(),
        sa.Column("provider_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("kind in ('bounce','complaint','reply','auto_reply','other')", name="kind"),
        sa.UniqueConstraint("org_id", "connection_id", "provider_key"),
        _pointing("message_id", "messages"),
        _pointing("recipient_id", "message_recipients"),
    )
    op.create_index("ix_received_mails_org_id_message_id", "received_mails", ["org_id", "message_id"])
    op.create_index(
        "ix_received_mails_created_at",
        "received_mails",
        ["created_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )


def _pointing(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    target = [f"{table}.org_id", f"{table}.id"]
    return sa.ForeignKeyConstraint(["org_id", column], target, ondelete=f"SET NULL ({column})")


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.drop_table("received_mails")
    op.drop_table("mailbox_readers")

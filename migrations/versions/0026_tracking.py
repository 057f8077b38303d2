"""Links and what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from mailwarden.migration_steps import allow, create_prunes, drop_prunes, tenant_table

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
PRUNES = {"prune_tracking_events": ("tracking_events", "id", "created_at")}

# Owned by mw_owner, whom row-level security does not bind; ids and nothing else. Who asks has shown a token that this
# instance wrote, and proves that it is this organization's with the key that is found by the answer.
FIND_TRACKED = """
    CREATE FUNCTION find_tracked(p_id uuid, p_of_message boolean)
    RETURNS TABLE (org_id uuid, message_id uuid, recipient_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT r.org_id, r.message_id, r.id FROM message_recipients r WHERE r.id = p_id AND NOT p_of_message
      UNION ALL
      SELECT m.org_id, m.id, NULL::uuid FROM messages m WHERE m.id = p_id AND p_of_message
    $$
"""


def upgrade() -> None:
    _links()
    _events()
    _firsts()
    op.execute(FIND_TRACKED)
    allow(["find_tracked(uuid, boolean)"], "mw_app")
    create_prunes(PRUNES)


def _links() -> None:
    tenant_table(
        "tracked_links",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.CheckConstraint("number between 1 and 65535", name="number"),
        sa.CheckConstraint("url ~ '^https?://'", name="url"),
        sa.UniqueConstraint("org_id", "id"),
        sa.UniqueConstraint("org_id", "message_id", "number"),
        _pointing("message_id", "messages"),
    )


def _events() -> None:
    tenant_table(
        "tracking_events",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=True),
        sa.Column("machine_reason", sa.String(), nullable=True),
        sa.CheckConstraint("kind in ('open','click','unsubscribe')", name="kind"),
        _pointing("message_id", "messages"),
        _pointing("recipient_id", "message_recipients"),
        _pointing("link_id", "tracked_links"),
        append_only=True,
    )
    op.create_index("ix_tracking_events_org_id_message_id", "tracking_events", ["org_id", "message_id", "at"])
    op.create_index(
        "ix_tracking_events_created_at",
        "tracking_events",
        ["created_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )


def _firsts() -> None:
    tenant_table(
        "tracking_firsts",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint("kind in ('open','click')", name="kind"),
        sa.UniqueConstraint("org_id", "message_id", "recipient_id", "kind", postgresql_nulls_not_distinct=True),
        _pointing("message_id", "messages"),
        _pointing("recipient_id", "message_recipients"),
        append_only=True,
    )


def _pointing(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Carries ``org_id`` along: foreign-key checks bypass row-level security."""
    return sa.ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"], ondelete="CASCADE")


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.execute("DROP FUNCTION find_tracked(uuid, boolean)")
    for table in ("tracking_firsts", "tracking_events", "tracked_links"):
        op.drop_table(table)

"""Settings of mailbox slots, support bundles."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import allow, tenant_table

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Owned by mw_owner, whom row-level security does not bind; numbers only, so nothing of a tenant is told.
JOB_OVERVIEW = """
    CREATE FUNCTION job_overview(p_late interval)
    RETURNS TABLE (
      queue text, kind text, ready bigint, overdue bigint, oldest_due_at timestamptz,
      leased bigint, expired bigint, dead bigint
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT j.queue::text, j.kind::text,
             count(*) FILTER (WHERE j.state = 'ready'),
             count(*) FILTER (WHERE j.state = 'ready' AND j.due_at < app_now() - p_late),
             min(j.due_at) FILTER (WHERE j.state = 'ready' AND j.due_at < app_now() - p_late),
             count(*) FILTER (WHERE j.state = 'leased' AND j.lease_until >= app_now()),
             count(*) FILTER (WHERE j.state = 'leased' AND j.lease_until < app_now()),
             count(*) FILTER (WHERE j.state = 'dead')
      FROM jobs j WHERE j.state <> 'done' GROUP BY 1, 2
    $$
"""


def upgrade() -> None:
    _slots()
    _bundles()
    op.create_index("ix_refresh_attempts_org_id_at", "refresh_attempts", ["org_id", "at"])
    op.create_index("ix_oauth_attempts_org_id_created_at", "oauth_attempts", ["org_id", "created_at"])
    op.execute(JOB_OVERVIEW)
    allow(["job_overview(interval)"], "mw_system")


def _bundles() -> None:
    tenant_table(
        "support_bundles",
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("redactions", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        append_only=True,
    )
    op.create_index("ix_support_bundles_org_id_created_at", "support_bundles", ["org_id", "created_at"])


def _slots() -> None:
    op.add_column("mailbox_slots", sa.Column("last_connection_id", sa.Uuid(), nullable=True))
    op.add_column("mailbox_slots", sa.Column("reserved_by", sa.Uuid(), nullable=True))
    for name in ("reserved_until", "emptied_at"):
        op.add_column("mailbox_slots", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint("uq_mailbox_slots_org_id_connection_id", "mailbox_slots", ["org_id", "connection_id"])
    op.create_foreign_key(
        "fk_mailbox_slots_org_id_last_connection_id_connections",
        "mailbox_slots",
        "connections",
        ["org_id", "last_connection_id"],
        ["org_id", "id"],
        ondelete="SET NULL (last_connection_id)",
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION job_overview(interval)")
    op.drop_index("ix_oauth_attempts_org_id_created_at", table_name="oauth_attempts")
    op.drop_index("ix_refresh_attempts_org_id_at", table_name="refresh_attempts")
    op.drop_table("support_bundles")
    op.drop_constraint("fk_mailbox_slots_org_id_last_connection_id_connections", "mailbox_slots", type_="foreignkey")
    op.drop_constraint("uq_mailbox_slots_org_id_connection_id", "mailbox_slots", type_="unique")
    for name in ("emptied_at", "reserved_until", "reserved_by", "last_connection_id"):
        op.drop_column("mailbox_slots", name)

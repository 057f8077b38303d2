"""What is kept how long: removing old rows that row-level security shows to nobody in particular."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Each removes at most p_limit rows and says how many. Only mw_system may ask.
PRUNED = {
    "prune_done_jobs": ("jobs", "id", "state = 'done' AND finished_at"),
    "prune_dead_jobs": ("jobs", "id", "state = 'dead' AND finished_at"),
    "prune_sessions": ("sessions", "id", "expires_at"),
    "prune_incidents": ("incidents", "id", "ended_at"),
    "prune_workers": ("worker_heartbeats", "worker", "seen_at"),
}
ARGUMENTS = "(timestamptz, int)"


def upgrade() -> None:
    op.add_column("journal_positions", sa.Column("trouble", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    for name, (table, key, old) in PRUNED.items():
        op.execute(
            f"""
            CREATE FUNCTION {name}(p_before timestamptz, p_limit int) RETURNS bigint
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
              WITH gone AS (
                DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {old} < p_before LIMIT p_limit)
                RETURNING 1
              ) SELECT count(*) FROM gone
            $$
            """
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name}{ARGUMENTS} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}{ARGUMENTS} TO mw_system")


def downgrade() -> None:
    for name in PRUNED:
        op.execute(f"DROP FUNCTION {name}{ARGUMENTS}")
    op.drop_column("journal_positions", "trouble")

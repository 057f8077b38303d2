"""What is kept how long: removing old rows that row-level security shows to nobody in particular."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PRUNED = {
    "prune_done_jobs": ("jobs", "id", "state = 'done' AND finished_at"),
    "prune_dead_jobs": ("jobs", "id", "state = 'dead' AND finished_at"),
    "prune_sessions": ("sessions", "id", "expires_at"),
    "prune_incidents": ("incidents", "id", "ended_at"),
    "prune_workers": ("worker_heartbeats", "worker", "seen_at"),
}


def upgrade() -> None:
    op.add_column("journal_positions", sa.Column("trouble", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    create_prunes(PRUNED)


def downgrade() -> None:
    drop_prunes(PRUNED)
    op.drop_column("journal_positions", "trouble")

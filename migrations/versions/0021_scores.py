"""Deliverability scores with the facts that they were made of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import NOW, create_prunes, drop_prunes, tenant_table

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PRUNES = {"prune_score_snapshots": ("score_snapshots", "id", "created_at")}


def upgrade() -> None:
    tenant_table(
        "score_snapshots",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cap", sa.String(), nullable=True),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("score between 0 and 100", name="score"),
        sa.CheckConstraint("points between 0 and 10000", name="points"),
        sa.CheckConstraint("confidence in ('low','medium','high')", name="confidence"),
        sa.UniqueConstraint("org_id", "domain", "day"),
    )
    op.create_index(
        "ix_score_snapshots_created_at",
        "score_snapshots",
        ["created_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
    create_prunes(PRUNES)


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.drop_table("score_snapshots")

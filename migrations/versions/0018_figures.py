"""Daily figures recomputed from observations, and comparisons with the provider's own totals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes, of_connection, tenant_table

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("figure_days", "figure_zones", "stale_figures", "reconciliations")
TIME = sa.DateTime(timezone=True)
MORE = ("hard_bounced", "soft_bounced", "machine_opened", "machine_clicked")
COUNTS = ("sent", "delivered", "opened", "clicked", "bounced", "complaints", "unsubscribes", *MORE)
RATES = ("delivery_rate", "bounce_rate", "open_rate", "click_rate", "complaint_rate", "unsubscribe_rate")
PARTS = tuple(f"{rate}_{side}" for rate in RATES for side in ("part", "whole"))


def upgrade() -> None:
    for name in MORE:
        op.add_column("observations", sa.Column(name, sa.Integer(), nullable=True))
    _days()
    _upkeep()
    _reconciliations()
    create_prunes({"prune_reconciliations": ("reconciliations", "id", "finished_at")})


def _days() -> None:
    tenant_table(
        "figure_days",
        *of_connection(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("superseded_on", sa.Date(), nullable=True),
        sa.Column("campaigns", sa.Integer(), nullable=False),
        sa.Column("delivered_derived", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in (*COUNTS, *PARTS)),
        sa.UniqueConstraint("connection_id", "day", "known_on"),
    )
    op.create_index(
        "ix_figure_days_current",
        "figure_days",
        ["connection_id", "day"],
        postgresql_where=sa.text("superseded_on IS NULL"),
    )


def _upkeep() -> None:
    tenant_table(
        "figure_zones",
        *of_connection(),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.UniqueConstraint("connection_id"),
    )
    tenant_table(
        "stale_figures",
        *of_connection(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", TIME, nullable=True),
        sa.UniqueConstraint("connection_id", "day"),
    )


def _reconciliations() -> None:
    tenant_table(
        "reconciliations",
        *of_connection(),
        sa.Column("status", sa.String(), server_default="queued", nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("window_from", TIME, nullable=True),
        sa.Column("window_until", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("metric", sa.String(), nullable=True),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("calls_made", sa.Integer(), server_default="0", nullable=False),
        sa.Column("metrics", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("status in ('queued','running','done','failed')", name="status"),
        sa.CheckConstraint("trigger in ('manual','auto')", name="trigger"),
        sa.CheckConstraint("verdict in ('normal','watch','alarm','unknown')", name="verdict"),
    )
    op.create_index("ix_reconciliations_log", "reconciliations", ["org_id", "connection_id", "created_at", "id"])
    op.create_index(
        "uq_reconciliations_open",
        "reconciliations",
        ["connection_id"],
        unique=True,
        postgresql_where=sa.text("status in ('queued','running')"),
    )


def downgrade() -> None:
    drop_prunes(["prune_reconciliations"])
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in MORE:
        op.drop_column("observations", name)

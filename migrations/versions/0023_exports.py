"""Exports that are made in the background."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes, tenant_table

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
PRUNES = {"prune_exports": ("exports", "id", "created_at")}


def upgrade() -> None:
    tenant_table(
        "exports",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("bom", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="queued", nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_estimated", sa.BigInteger(), nullable=True),
        sa.Column("complete", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.CheckConstraint(
            "status in ('queued','running','ready','failed','cancelled','expired')", name=op.f("ck_exports_status")
        ),
        sa.CheckConstraint("format in ('csv','pdf')", name=op.f("ck_exports_format")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_exports_org_id_id")),
    )
    op.create_index("ix_exports_org_id_created_at", "exports", ["org_id", "created_at"])
    tenant_table(
        "export_parts",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "export_id"],
            ["exports.org_id", "exports.id"],
            name=op.f("fk_export_parts_org_id_export_id_exports"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("org_id", "export_id", "number", name=op.f("uq_export_parts_org_id_export_id_number")),
    )
    op.execute("ALTER TABLE export_parts ALTER COLUMN data SET STORAGE EXTERNAL")  # compressed already
    create_prunes(PRUNES)


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.drop_table("export_parts")
    op.drop_table("exports")

"""Aggregate reports of DMARC, and the sources of mail that they name."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes, tenant_table

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
PRUNES = {"prune_dmarc_reports": ("dmarc_reports", "id", "created_at")}


def counts() -> tuple[sa.schema.SchemaItem, ...]:
    names = ("messages", "dkim_aligned", "spf_aligned", "passing")
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False) for name in names)


def upgrade() -> None:
    tenant_table(
        "dmarc_reports",
        sa.Column("domain_id", sa.Uuid(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("policy", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        *counts(),
        sa.ForeignKeyConstraint(["org_id", "domain_id"], ["domains.org_id", "domains.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("org_id", "id"),
        sa.UniqueConstraint("org_id", "domain_id", "reporter", "external_id"),
    )
    op.create_index("ix_dmarc_reports_log", "dmarc_reports", ["org_id", "domain_id", "ends_at", "id"])
    op.create_index(
        "ix_dmarc_reports_created_at",
        "dmarc_reports",
        ["created_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
    tenant_table(
        "dmarc_sources",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("header_from", sa.String(), nullable=False),
        *counts(),
        sa.ForeignKeyConstraint(
            ["org_id", "report_id"], ["dmarc_reports.org_id", "dmarc_reports.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("org_id", "report_id", "address", "header_from"),
    )
    create_prunes(PRUNES)


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.drop_table("dmarc_sources")
    op.drop_table("dmarc_reports")

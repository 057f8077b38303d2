"""Sending domains and what their DNS says."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import NOW, create_prunes, drop_prunes, tenant_table

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
NONE, NOTHING = sa.text("'[]'::jsonb"), sa.text("'{}'::jsonb")
PRUNES = {"prune_domain_checks": ("domain_checks", "id", "at")}


def upgrade() -> None:
    tenant_table(
        "domains",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("registered", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("selectors", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("sending_ips", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("standing", postgresql.JSONB(), server_default=NOTHING, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("restless_since", TIME, nullable=True),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("next_check_at", TIME, nullable=True),
        sa.CheckConstraint("source in ('entered','connection')", name=op.f("ck_domains_source")),
        sa.UniqueConstraint("org_id", "id"),
        sa.UniqueConstraint("org_id", "name"),
    )
    tenant_table(
        "domain_checks",
        sa.Column("domain_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("resolver", sa.String(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("results", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("levels", postgresql.JSONB(), server_default=NOTHING, nullable=False),
        sa.CheckConstraint(
            "trigger in ('added','schedule','verify','settings')", name=op.f("ck_domain_checks_trigger")
        ),
        sa.ForeignKeyConstraint(["org_id", "domain_id"], ["domains.org_id", "domains.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_domain_checks_log", "domain_checks", ["org_id", "domain_id", "at", "id"])
    op.create_index(
        "ix_domain_checks_at", "domain_checks", ["at"], postgresql_using="brin", postgresql_with={"autosummarize": "on"}
    )
    create_prunes(PRUNES)


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.drop_table("domain_checks")
    op.drop_table("domains")

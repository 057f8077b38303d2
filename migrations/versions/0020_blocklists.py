"""Which address or domain is on which blocklist, and what was done about it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import NOW, create_prunes, drop_prunes, grant_instance, tenant_table

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
EMPTY = sa.text("'[]'::jsonb")
PRUNES = {"prune_blocklist_listings": ("blocklist_listings", "id", "ended_at")}


def upgrade() -> None:
    _health()
    _standings()
    _listings()
    _steps()
    create_prunes(PRUNES)


def _health() -> None:
    op.create_table(
        "blocklist_health",
        sa.Column("list_key", sa.String(), primary_key=True),
        sa.Column("face", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), server_default="unchecked", nullable=False),
        sa.Column("since", TIME, nullable=True),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("passes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("passed_at", TIME, nullable=True),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default=EMPTY, nullable=False),
        sa.Column("wanted_at", TIME, server_default=NOW, nullable=False),
    )
    grant_instance(["blocklist_health"])


def _asset(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("asset_kind", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("list_key", sa.String(), nullable=False),
        sa.CheckConstraint("asset_kind in ('ip','domain')", name=op.f(f"ck_{table}_asset_kind")),
    )


def _standings() -> None:
    tenant_table(
        "blocklist_standings",
        *_asset("blocklist_standings"),
        sa.Column("listed", sa.Boolean(), nullable=True),
        sa.Column("definite_at", TIME, nullable=True),
        sa.Column("turning_since", TIME, nullable=True),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("verdict", sa.String(), server_default="unknown", nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("raw", postgresql.JSONB(), server_default=EMPTY, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.UniqueConstraint("org_id", "asset_kind", "asset", "list_key"),
    )
    op.create_index("ix_blocklist_standings_due", "blocklist_standings", ["org_id", "due_at"])


def _listings() -> None:
    tenant_table(
        "blocklist_listings",
        *_asset("blocklist_listings"),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("codes", postgresql.JSONB(), server_default=EMPTY, nullable=False),
        sa.Column("said", sa.String(), server_default="", nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("ending in ('delisted','unwatched')", name=op.f("ck_blocklist_listings_ending")),
        sa.UniqueConstraint("org_id", "id"),
    )
    op.create_index(
        "uq_blocklist_listings_open",
        "blocklist_listings",
        ["org_id", "asset_kind", "asset", "list_key"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_blocklist_listings_log", "blocklist_listings", ["org_id", "first_seen_at", "id"])


def _steps() -> None:
    tenant_table(
        "blocklist_steps",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "listing_id"], ["blocklist_listings.org_id", "blocklist_listings.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("org_id", "listing_id", "step"),
    )


def downgrade() -> None:
    drop_prunes(PRUNES)
    for table in ("blocklist_steps", "blocklist_listings", "blocklist_standings", "blocklist_health"):
        op.drop_table(table)

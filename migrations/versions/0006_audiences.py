"""Access tokens of further audiences of one grant."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TENANT = ("audience_tokens",)
NOW = sa.text("app_now()")


def upgrade() -> None:
    op.create_table(
        "audience_tokens",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("scopes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        *_of_connection(),
        sa.UniqueConstraint("connection_id", "audience"),
    )
    op.create_index("ix_audience_tokens_org_id", "audience_tokens", ["org_id"])
    for table in TENANT:
        _wall(table)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO mw_app")


def _of_connection() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org_id", sa.Uuid(), sa.ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name="fk_audience_tokens_org_id_connections",
            ondelete="CASCADE",
        ),
    )


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")


def downgrade() -> None:
    for table in TENANT:
        op.drop_table(table)

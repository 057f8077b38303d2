"""Servers and passwords of IMAP/SMTP mailboxes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from mailwarden.migration_steps import of_connection, tenant_table

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FAILING = "failing in ('imap','smtp')"
SECURITY = "imap_security in ('tls','starttls','none') and smtp_security in ('tls','starttls','none')"


def upgrade() -> None:
    tenant_table(
        "mail_servers",
        *of_connection(),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("imap_host", sa.String(), nullable=False),
        sa.Column("imap_port", sa.Integer(), nullable=False),
        sa.Column("imap_security", sa.String(), nullable=False),
        sa.Column("smtp_host", sa.String(), nullable=False),
        sa.Column("smtp_port", sa.Integer(), nullable=False),
        sa.Column("smtp_security", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("smtp_username", sa.String(), nullable=True),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("smtp_password", sa.LargeBinary(), nullable=True),
        sa.Column("failing", sa.String(), nullable=True),
        sa.Column("other_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(SECURITY, name="security"),
        sa.CheckConstraint(FAILING, name="failing"),
        sa.UniqueConstraint("connection_id"),
    )


def downgrade() -> None:
    op.drop_table("mail_servers")

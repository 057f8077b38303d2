"""Servers and passwords of IMAP/SMTP mailboxes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
SECURITY = "imap_security in ('tls','starttls','none') and smtp_security in ('tls','starttls','none')"


def upgrade() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
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
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.CheckConstraint(SECURITY, name=op.f("ck_mail_servers_security")),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name=op.f("fk_mail_servers_org_id_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_mail_servers_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_servers")),
        sa.UniqueConstraint("connection_id", name=op.f("uq_mail_servers_connection_id")),
    )
    op.create_index(op.f("ix_mail_servers_org_id"), "mail_servers", ["org_id"], unique=False)
    op.execute("ALTER TABLE mail_servers ENABLE ROW LEVEL SECURITY")
    rule = f"org_id = {ORG}"
    op.execute(f"CREATE POLICY tenant ON mail_servers TO mw_app USING ({rule}) WITH CHECK ({rule})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON mail_servers TO mw_app")


def downgrade() -> None:
    op.drop_table("mail_servers")

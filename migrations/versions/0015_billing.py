"""Subscriptions, invoices, what Stripe told, and notices about it; what a test found after a reactivation."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
NOW = sa.text("app_now()")
TABLES = ("subscriptions", "billing_invoices", "billing_events", "billing_notices", "connection_retests")

# Owned by mw_owner, whom row-level security does not bind: a webhook names a customer, no organization.
FIND = """
    CREATE FUNCTION find_billing_organization(p_customer text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT org_id FROM subscriptions WHERE customer_id = p_customer
    $$
"""
SIGNATURE = "find_billing_organization(text)"


def upgrade() -> None:
    _subscriptions()
    _invoices()
    _events_and_notices()
    _retests()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_org_id"), table, ["org_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO mw_app")
    op.execute(FIND)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO mw_app")


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        *_of_a_tenant("subscriptions"),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("subscription_id", sa.String(), nullable=True),
        sa.Column("item_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("period_ends_at", TIME, nullable=True),
        sa.Column("cancel_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("payment_failed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fetched_at", TIME, nullable=True),
        sa.Column("told", sa.String(), server_default=sa.text("'working'"), nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.UniqueConstraint("org_id", name=op.f("uq_subscriptions_org_id")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_subscriptions_customer_id")),
    )


def _invoices() -> None:
    op.create_table(
        "billing_invoices",
        *_of_a_tenant("billing_invoices"),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_due", sa.BigInteger(), nullable=False),
        sa.Column("amount_paid", sa.BigInteger(), nullable=False),
        sa.Column("amount_refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payment_intent", sa.String(), nullable=True),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("paid_at", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", TIME, nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("pdf_url", sa.String(), nullable=True),
        sa.UniqueConstraint("org_id", "stripe_id", name=op.f("uq_billing_invoices_org_id_stripe_id")),
    )
    op.create_index("ix_billing_invoices_org_id_issued_at", "billing_invoices", ["org_id", "issued_at"])


def _events_and_notices() -> None:
    op.create_table(
        "billing_events",
        *_of_a_tenant("billing_events"),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("handled_at", TIME, nullable=True),
        sa.UniqueConstraint("org_id", "stripe_id", name=op.f("uq_billing_events_org_id_stripe_id")),
    )
    op.create_table(
        "billing_notices",
        *_of_a_tenant("billing_notices"),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("mail_state", sa.String(), server_default=sa.text("'queued'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_billing_notices_user_id_users"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "org_id", "user_id", "kind", "about", name=op.f("uq_billing_notices_org_id_user_id_kind_about")
        ),
    )
    op.create_index(op.f("ix_billing_notices_user_id"), "billing_notices", ["user_id"])


def _retests() -> None:
    op.create_table(
        "connection_retests",
        *_of_a_tenant("connection_retests"),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("tested_at", TIME, nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name=op.f("fk_connection_retests_org_id_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("org_id", "connection_id", name=op.f("uq_connection_retests_org_id_connection_id")),
    )


def _of_a_tenant(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f(f"fk_{table}_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    for table in reversed(TABLES):
        op.drop_table(table)

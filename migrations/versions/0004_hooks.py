"""What providers push to us: raw deliveries and events of the instance, and what they meant for each connection."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import (
    NOW,
    allow,
    create_prunes,
    drop_prunes,
    grant_instance,
    of_connection,
    tenant_table,
)

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TENANT = ("hook_log", "hook_marks", "hook_subscriptions")
INSTANCE = ("hook_deliveries", "hook_events", "hook_refusals")  # whose an event is, is found out after it is stored
HASHES = ("token_prefix", "token_sha512x2")

# Owned by mw_owner, whom row-level security does not bind; each returns ids, nothing else.
FUNCTIONS = (
    """
    CREATE FUNCTION find_connections_of_token(p_provider text, p_hash bytea)
    RETURNS TABLE (connection_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT c.id, c.org_id FROM connections c JOIN (
        SELECT x.connection_id FROM credentials x WHERE x.token_prefix = p_hash
        UNION SELECT x.connection_id FROM credentials x WHERE x.token_sha512x2 = p_hash
      ) found ON found.connection_id = c.id WHERE c.provider = p_provider
    $$
    """,
    """
    CREATE FUNCTION find_connections_of_address(p_provider text, p_address text)
    RETURNS TABLE (connection_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id, c.org_id FROM connections c
      WHERE c.provider = p_provider AND lower(p_address) IN (lower(c.account_label), lower(c.account_detail))
    $$
    """,
    """
    CREATE FUNCTION find_hook_subscription(p_provider text, p_path_hash bytea)
    RETURNS TABLE (subscription_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT s.id, s.org_id FROM hook_subscriptions s
      WHERE s.path_hash = p_path_hash AND s.provider = p_provider AND s.status <> 'ended'
    $$
    """,
    """
    CREATE FUNCTION find_connection_of_subscription(p_id uuid)
    RETURNS TABLE (connection_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT s.connection_id, s.org_id FROM hook_subscriptions s WHERE s.id = p_id
    $$
    """,
)
FOR_APP = (
    "find_connections_of_token(text, bytea)",
    "find_connections_of_address(text, text)",
    "find_hook_subscription(text, bytea)",
    "find_connection_of_subscription(uuid)",
)

PRUNED = {
    "prune_hook_deliveries": ("hook_deliveries", "id", "received_at"),
    "prune_hook_events": ("hook_events", "id", "state = 'done' AND received_at"),
    "prune_hook_refusals": ("hook_refusals", "ctid", "day"),
}


def upgrade() -> None:
    _deliveries()
    _events()
    _refusals()
    _log()
    _marks()
    _subscriptions()
    for name in HASHES:
        op.add_column("credentials", sa.Column(name, sa.LargeBinary(), nullable=True))
        op.create_index(f"ix_credentials_{name}", "credentials", [name], unique=False)
    grant_instance(INSTANCE)
    for definition in FUNCTIONS:
        op.execute(definition)
    allow(FOR_APP, "mw_app")
    create_prunes(PRUNED)


def _deliveries() -> None:
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_hook_deliveries_received_at", "hook_deliveries", ["received_at"])


def _events() -> None:
    op.create_table(
        "hook_events",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("objects", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("state", sa.String(), server_default="ready", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("concerned", sa.Integer(), nullable=True),
        sa.CheckConstraint("state in ('ready','done')", name="state"),
        sa.UniqueConstraint("provider", "dedupe_key"),
    )
    ready = sa.text("state = 'ready'")
    op.create_index("ix_hook_events_ready", "hook_events", ["provider", "target"], postgresql_where=ready)
    op.create_index("ix_hook_events_received_at", "hook_events", ["received_at"])


def _refusals() -> None:
    op.create_table(
        "hook_refusals",
        sa.Column("provider", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
    )


def _log() -> None:
    tenant_table(
        "hook_log",
        *of_connection(),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.UniqueConstraint("org_id", "connection_id", "event_id"),
        append_only=True,
    )
    op.create_index("ix_hook_log_org_id_received_at", "hook_log", ["org_id", "received_at", "id"])


def _marks() -> None:
    tenant_table(
        "hook_marks",
        *of_connection(),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("org_id", "connection_id", "topic"),
    )


def _subscriptions() -> None:
    tenant_table(
        "hook_subscriptions",
        *of_connection(),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("path_hash", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), server_default="pending", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('pending','active','inactive','ended')", name="status"),
        sa.UniqueConstraint("org_id", "connection_id", "topic"),
    )
    op.create_index("uq_hook_subscriptions_path_hash", "hook_subscriptions", ["path_hash"], unique=True)


def downgrade() -> None:
    for function in FOR_APP:
        op.execute(f"DROP FUNCTION {function}")
    drop_prunes(PRUNED)
    for name in HASHES:
        op.drop_index(f"ix_credentials_{name}", "credentials")
        op.drop_column("credentials", name)
    for table in (*TENANT, *INSTANCE):
        op.drop_table(table)

"""What providers push to us: raw deliveries and events of the instance, and what they meant for each connection."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TENANT = ("hook_log", "hook_marks", "hook_subscriptions")
APPEND_ONLY = {"hook_log"}
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

# Each removes at most p_limit rows and says how many; `core/housekeeping.py` asks.
PRUNED = {
    "prune_hook_deliveries": ("hook_deliveries", "id", "received_at"),
    "prune_hook_events": ("hook_events", "id", "state = 'done' AND received_at"),
    "prune_hook_refusals": ("hook_refusals", "ctid", "day"),
}
ARGUMENTS = "(timestamptz, int)"


def upgrade() -> None:
    _tables()
    for name in HASHES:
        op.add_column("credentials", sa.Column(name, sa.LargeBinary(), nullable=True))
        op.create_index(f"ix_credentials_{name}", "credentials", [name], unique=False)
    for table in TENANT:
        _wall(table)
        verbs = "SELECT, INSERT, DELETE" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO mw_app")
    for table in INSTANCE:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO mw_app")
    for definition in FUNCTIONS:
        op.execute(definition)
    for function in FOR_APP:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO mw_app")
    for name, (table, key, old) in PRUNED.items():
        _prune(name, table, key, old)


def _prune(name: str, table: str, key: str, old: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION {name}(p_before timestamptz, p_limit int) RETURNS bigint
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          WITH gone AS (
            DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {old} < p_before LIMIT p_limit)
            RETURNING 1
          ) SELECT count(*) FROM gone
        $$
        """
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name}{ARGUMENTS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name}{ARGUMENTS} TO mw_system")


def _wall(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")


def _tables() -> None:
    op.create_table(
        "hook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_deliveries")),
    )
    op.create_index("ix_hook_deliveries_received_at", "hook_deliveries", ["received_at"], unique=False)
    op.create_table(
        "hook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column(
            "objects", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("state", sa.String(), server_default="ready", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("concerned", sa.Integer(), nullable=True),
        sa.CheckConstraint("state in ('ready','done')", name=op.f("ck_hook_events_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_events")),
        sa.UniqueConstraint("provider", "dedupe_key", name=op.f("uq_hook_events_provider_dedupe_key")),
    )
    op.create_index(
        "ix_hook_events_ready",
        "hook_events",
        ["provider", "target"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_hook_events_received_at", "hook_events", ["received_at"], unique=False)
    op.create_table(
        "hook_refusals",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("provider", "day", "reason", name=op.f("pk_hook_refusals")),
    )
    op.create_table(
        "hook_log",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name=op.f("fk_hook_log_org_id_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_hook_log_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_log")),
        sa.UniqueConstraint(
            "org_id", "connection_id", "event_id", name=op.f("uq_hook_log_org_id_connection_id_event_id")
        ),
    )
    op.create_index(op.f("ix_hook_log_org_id"), "hook_log", ["org_id"], unique=False)
    op.create_index("ix_hook_log_org_id_received_at", "hook_log", ["org_id", "received_at", "id"], unique=False)
    op.create_table(
        "hook_marks",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name=op.f("fk_hook_marks_org_id_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_hook_marks_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_marks")),
        sa.UniqueConstraint("org_id", "connection_id", "topic", name=op.f("uq_hook_marks_org_id_connection_id_topic")),
    )
    op.create_index(op.f("ix_hook_marks_org_id"), "hook_marks", ["org_id"], unique=False)
    op.create_table(
        "hook_subscriptions",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
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
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.CheckConstraint(
            "status in ('pending','active','inactive','ended')", name=op.f("ck_hook_subscriptions_status")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "connection_id"],
            ["connections.org_id", "connections.id"],
            name=op.f("fk_hook_subscriptions_org_id_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_hook_subscriptions_org_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_subscriptions")),
        sa.UniqueConstraint(
            "org_id", "connection_id", "topic", name=op.f("uq_hook_subscriptions_org_id_connection_id_topic")
        ),
    )
    op.create_index(op.f("ix_hook_subscriptions_org_id"), "hook_subscriptions", ["org_id"], unique=False)
    op.create_index("uq_hook_subscriptions_path_hash", "hook_subscriptions", ["path_hash"], unique=True)


def downgrade() -> None:
    for function in FOR_APP:
        op.execute(f"DROP FUNCTION {function}")
    for name in PRUNED:
        op.execute(f"DROP FUNCTION {name}{ARGUMENTS}")
    for name in HASHES:
        op.drop_index(f"ix_credentials_{name}", "credentials")
        op.drop_column("credentials", name)
    for table in (*TENANT, *INSTANCE):
        op.drop_table(table)

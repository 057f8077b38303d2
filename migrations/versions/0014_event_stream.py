"""The event stream, numbered in the order of commits, and customers' webhook endpoints with their deliveries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TENANT = ("event_positions", "webhook_endpoints", "webhook_deliveries")
NOW = sa.text("app_now()")
TIME = sa.DateTime(timezone=True)

# A number taken while a transaction still works would become visible after later ones, and a reader would have passed
# it. So it is taken by the commit itself, under a lock of the organization that ends with the commit: whoever sees n
# sees all before n, a rolled-back transaction leaves no gap, and however long one lasts, it holds nobody up.
FUNCTIONS = (
    """
    CREATE FUNCTION event_not_yet_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.position := NULL;
      RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION event_number() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE taken bigint;
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM events WHERE id = NEW.id) THEN
        RETURN NULL; -- written and removed by one transaction
      END IF;
      INSERT INTO event_positions (id, org_id, position) VALUES (uuidv7(), NEW.org_id, 1)
      ON CONFLICT (org_id) DO UPDATE SET position = event_positions.position + 1
      RETURNING position INTO taken;
      UPDATE events SET position = taken WHERE id = NEW.id;
      RETURN NULL;
    END $$
    """,
)
TRIGGERS = (
    "CREATE TRIGGER event_not_yet_numbered BEFORE INSERT ON events"
    " FOR EACH ROW EXECUTE FUNCTION event_not_yet_numbered()",
    "CREATE CONSTRAINT TRIGGER event_number AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION event_number()",
)
NUMBER_WHAT_IS_THERE = (
    """
    UPDATE events SET position = numbered.position FROM (
      SELECT id, row_number() OVER (PARTITION BY org_id ORDER BY sequence) AS position FROM events
    ) numbered WHERE numbered.id = events.id
    """,
    "INSERT INTO event_positions (id, org_id, position) SELECT uuidv7(), org_id, max(position) FROM events GROUP BY 2",
)


def upgrade() -> None:
    op.add_column("events", sa.Column("position", sa.BigInteger(), nullable=True))
    op.create_unique_constraint("uq_events_org_id_id", "events", ["org_id", "id"])
    _tables()
    for statement in NUMBER_WHAT_IS_THERE:
        op.execute(statement)
    op.create_index("uq_events_org_id_position", "events", ["org_id", "position"], unique=True)
    op.drop_index("ix_events_org_id_sequence", "events")
    for table in TENANT:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO mw_app")
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION event_number() FROM PUBLIC")


def _tables() -> None:
    op.create_table(
        "event_positions",
        sa.Column("position", sa.BigInteger(), nullable=False),
        *_of_a_tenant("event_positions"),
        sa.UniqueConstraint("org_id", name=op.f("uq_event_positions_org_id")),
    )
    op.create_index(op.f("ix_event_positions_org_id"), "event_positions", ["org_id"], unique=False)
    op.create_table(
        "webhook_endpoints",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("event_types", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", TIME, nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures_in_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("alerted_at", TIME, nullable=True),
        sa.Column("rest_until", TIME, nullable=True),
        sa.Column("last_success_at", TIME, nullable=True),
        sa.Column("last_failure_at", TIME, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        *_of_a_tenant("webhook_endpoints"),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_webhook_endpoints_org_id_id")),
    )
    op.create_index(op.f("ix_webhook_endpoints_org_id"), "webhook_endpoints", ["org_id"], unique=False)
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", TIME, server_default=NOW, nullable=False),
        sa.Column("scheduled_at", TIME, server_default=NOW, nullable=False),
        sa.Column("sending_since", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        *_of_a_tenant("webhook_deliveries"),
        sa.CheckConstraint("state in ('pending','delivered','failed')", name=op.f("ck_webhook_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["org_id", "endpoint_id"],
            ["webhook_endpoints.org_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_org_id_endpoint_id_webhook_endpoints"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "event_id"],
            ["events.org_id", "events.id"],
            name=op.f("fk_webhook_deliveries_org_id_event_id_events"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "org_id",
            "endpoint_id",
            "message_id",
            name=op.f("uq_webhook_deliveries_org_id_endpoint_id_message_id"),
        ),
    )
    op.create_index(op.f("ix_webhook_deliveries_org_id"), "webhook_deliveries", ["org_id"], unique=False)
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"], unique=False)
    op.create_index(
        "ix_webhook_deliveries_log", "webhook_deliveries", ["org_id", "endpoint_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["org_id", "endpoint_id", "state", "due_at"],
        unique=False,
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
    op.execute("DROP TRIGGER event_number ON events")
    op.execute("DROP TRIGGER event_not_yet_numbered ON events")
    op.execute("DROP FUNCTION event_number()")
    op.execute("DROP FUNCTION event_not_yet_numbered()")
    for table in reversed(TENANT):
        op.drop_table(table)
    op.create_index("ix_events_org_id_sequence", "events", ["org_id", "sequence"], unique=False)
    op.drop_index("uq_events_org_id_position", "events")
    op.drop_constraint("uq_events_org_id_id", "events")
    op.drop_column("events", "position")

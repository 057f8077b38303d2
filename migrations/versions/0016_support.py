"""Requests for support, with attachments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TIME = sa.DateTime(timezone=True)

# Both at once: what was sent without signing in hangs together by no key that the schema checks.
PRUNE = """
    CREATE FUNCTION prune_support_requests(p_before timestamptz, p_limit int) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH old AS (
        SELECT id FROM support_requests WHERE created_at < p_before LIMIT p_limit
      ), files AS (
        DELETE FROM support_attachments WHERE request_id IN (SELECT id FROM old)
      ), gone AS (
        DELETE FROM support_requests WHERE id IN (SELECT id FROM old) RETURNING 1
      ) SELECT count(*) FROM gone
    $$
"""
# For the operator, who stands outside of organizations: when an answer is due, and nothing of what was written.
OPEN = """
    CREATE FUNCTION open_support_requests(p_limit int)
    RETURNS TABLE (reference text, urgency text, created_at timestamptz, due_at timestamptz, mail text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT r.reference::text, r.urgency::text, r.created_at, r.due_at, r.mail_state::text
      FROM support_requests r WHERE r.status = 'open' ORDER BY r.due_at, r.id LIMIT p_limit
    $$
"""
ANSWER = """
    CREATE FUNCTION answer_support_request(p_reference text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH answered AS (
        UPDATE support_requests SET status = 'answered', answered_at = app_now()
        WHERE reference = p_reference AND status = 'open' RETURNING 1
      ) SELECT EXISTS (SELECT 1 FROM answered)
    $$
"""
FUNCTIONS = {
    "prune_support_requests(timestamptz, int)": (PRUNE, "mw_system"),
    "open_support_requests(int)": (OPEN, "mw_app"),
    "answer_support_request(text)": (ANSWER, "mw_app"),
}


def upgrade() -> None:
    _requests()
    _attachments()
    for signature, (definition, role) in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}")


def _requests() -> None:
    texts = ("error_text", "doing", "steps", "page", "browser", "device", "provider", "problem_request_id", "urgency")
    op.create_table(
        "support_requests",
        *_of_a_tenant_or_nobody("support_requests"),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("organization_name", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in texts),
        sa.Column("occurred_at", TIME, nullable=True),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("bundle_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("status", sa.String(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("mail_state", sa.String(), server_default=sa.text("'queued'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_support_requests_user_id_users"), ondelete="SET NULL"
        ),
        sa.CheckConstraint("status in ('open','answered','closed')", name=op.f("ck_support_requests_status")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_support_requests_org_id_id")),
    )
    op.create_index("ix_support_requests_org_id_created_at", "support_requests", ["org_id", "created_at"])
    op.create_index("ix_support_requests_created_at", "support_requests", ["created_at"])
    _wall("support_requests", "SELECT, INSERT, UPDATE")


def _attachments() -> None:
    op.create_table(
        "support_attachments",
        *_of_a_tenant_or_nobody("support_attachments"),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "request_id"],
            ["support_requests.org_id", "support_requests.id"],
            name=op.f("fk_support_attachments_org_id_request_id_support_requests"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_support_attachments_request_id", "support_attachments", ["request_id"])
    _wall("support_attachments", "SELECT, INSERT")


def _of_a_tenant_or_nobody(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f(f"fk_{table}_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _wall(table: str, verbs: str) -> None:
    """Those of nobody are seen only where no organization is."""
    rule = f"org_id IS NOT DISTINCT FROM {ORG}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING ({rule}) WITH CHECK ({rule})")
    op.execute(f"GRANT {verbs} ON {table} TO mw_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("support_attachments")
    op.drop_table("support_requests")

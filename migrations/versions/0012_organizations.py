"""Invitations and the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
OPEN = sa.text("accepted_at IS NULL AND revoked_at IS NULL")

# Owned by mw_owner, whom row-level security does not bind: whoever holds the link is no member yet.
FIND = """
    CREATE FUNCTION find_invitation(p_hash bytea) RETURNS TABLE (invitation_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT i.id, i.org_id FROM invitations i
      WHERE i.token_hash = p_hash AND i.expires_at > app_now() AND i.accepted_at IS NULL AND i.revoked_at IS NULL
    $$
"""
PRUNE = """
    CREATE FUNCTION prune_audit_log(p_before timestamptz, p_limit int) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH gone AS (
        DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE created_at < p_before LIMIT p_limit)
        RETURNING 1
      ) SELECT count(*) FROM gone
    $$
"""
FUNCTIONS = {"find_invitation(bytea)": (FIND, "mw_app"), "prune_audit_log(timestamptz, int)": (PRUNE, "mw_system")}


def upgrade() -> None:
    _invitations()
    _audit_log()
    for signature, (definition, role) in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}")


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("inviter_name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("mail_state", sa.String(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("mails", sa.Integer(), server_default="1", nullable=False),
        sa.Column("mailed_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME, nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        *_of_a_tenant("invitations"),
        sa.CheckConstraint("role in ('owner','manager','member')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("num_nonnulls(accepted_at, revoked_at) < 2", name=op.f("ck_invitations_one_end")),
        *(
            sa.ForeignKeyConstraint([one], ["users.id"], name=op.f(f"fk_invitations_{one}_users"), ondelete="SET NULL")
            for one in ("invited_by", "accepted_by")
        ),
    )
    op.create_index(op.f("ix_invitations_org_id"), "invitations", ["org_id"])
    op.create_index("uq_invitations_token_hash", "invitations", ["token_hash"], unique=True)
    columns: list[str | sa.TextClause] = ["org_id", sa.text("lower(email)")]
    op.create_index("uq_invitations_org_id_email", "invitations", columns, unique=True, postgresql_where=OPEN)
    _wall("invitations", "SELECT, INSERT, UPDATE, DELETE")


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_label", sa.String(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target_kind", sa.String(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("target_label", sa.String(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("ip", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        *_of_a_tenant("audit_log"),
    )
    op.create_index(op.f("ix_audit_log_org_id"), "audit_log", ["org_id"])
    op.create_index("ix_audit_log_org_id_created_at", "audit_log", ["org_id", "created_at", "id"])
    op.create_index("ix_audit_log_created_at", "audit_log", ["created_at"])
    _wall("audit_log", "SELECT, INSERT")  # what is written stays, until its time is over


def _of_a_tenant(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f(f"fk_{table}_org_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _wall(table: str, verbs: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")
    op.execute(f"GRANT {verbs} ON {table} TO mw_app")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("audit_log")
    op.drop_table("invitations")

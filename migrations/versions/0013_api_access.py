"""API keys, idempotency keys, and the grants of our own authorization server."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
USER = "nullif(current_setting('app.user_id', true), '')::uuid"
NOW = sa.text("app_now()")
TIME = sa.DateTime(timezone=True)
NO_LIST = sa.text("'[]'::jsonb")
# A person sees their own devices in every organization they belong to.
POLICIES = {
    "api_keys": f"org_id = {ORG}",
    "oauth_grants": f"org_id = {ORG} OR user_id = {USER}",
    "oauth_tokens": f"org_id = {ORG}",
    "idempotency_keys": f"org_id = {ORG}",
}

# Owned by mw_owner, whom row-level security does not bind; each returns ids and nothing else.
FUNCTIONS = {
    "find_api_key(p_public text)": """
        RETURNS TABLE (key_id uuid, org_id uuid, user_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT k.id, k.org_id, k.created_by FROM api_keys k
          WHERE k.public_key = p_public AND k.revoked_at IS NULL
            AND (k.expires_at IS NULL OR k.expires_at > app_now())
        $$""",
    "find_access_token(p_hash bytea)": """
        RETURNS TABLE (grant_id uuid, org_id uuid, user_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT g.id, g.org_id, g.user_id
          FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id AND g.org_id = t.org_id
          WHERE t.token_hash = p_hash AND t.kind = 'access' AND t.expires_at > app_now()
            AND g.revoked_at IS NULL AND g.expires_at > app_now()
        $$""",
    # Whatever its state: what was used or has expired must be told apart from what never was.
    "find_grant_token(p_hash bytea)": """
        RETURNS TABLE (token_id uuid, org_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT t.id, t.org_id FROM oauth_tokens t WHERE t.token_hash = p_hash
        $$""",
}


def upgrade() -> None:
    _api_keys()
    _grants()
    _tokens()
    _idempotency_keys()
    for table, rule in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO mw_app")
    for signature, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {signature} {body}")
        op.execute(f"REVOKE ALL ON FUNCTION {_types(signature)} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {_types(signature)} TO mw_app")


def _types(signature: str) -> str:
    name, arguments = signature.rstrip(")").split("(")
    return f"{name}({', '.join(one.split()[1] for one in arguments.split(', '))})"


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("allowed_ips", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        *_of_a_tenant("api_keys"),
        _of_a_person("api_keys", "created_by"),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_api_keys_org_id_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_api_keys_public_key")),
    )
    op.create_index(op.f("ix_api_keys_org_id"), "api_keys", ["org_id"], unique=False)
    op.create_index(op.f("ix_api_keys_created_by"), "api_keys", ["created_by"], unique=False)


def _grants() -> None:
    op.create_table(
        "oauth_grants",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("device_name", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(), server_default=NO_LIST, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("revoked_why", sa.String(), nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        *_of_a_tenant("oauth_grants"),
        _of_a_person("oauth_grants", "user_id"),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_oauth_grants_org_id_id")),
    )
    op.create_index(op.f("ix_oauth_grants_org_id"), "oauth_grants", ["org_id"], unique=False)
    op.create_index(op.f("ix_oauth_grants_user_id"), "oauth_grants", ["user_id"], unique=False)


def _tokens() -> None:
    op.create_table(
        "oauth_tokens",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("redirect_uri", sa.String(), nullable=True),
        sa.Column("challenge", sa.String(), nullable=True),
        *_of_a_tenant("oauth_tokens"),
        sa.CheckConstraint("kind in ('code','access','refresh')", name=op.f("ck_oauth_tokens_kind")),
        sa.ForeignKeyConstraint(
            ["org_id", "grant_id"],
            ["oauth_grants.org_id", "oauth_grants.id"],
            name=op.f("fk_oauth_tokens_org_id_grant_id_oauth_grants"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_oauth_tokens_token_hash")),
    )
    op.create_index(op.f("ix_oauth_tokens_org_id"), "oauth_tokens", ["org_id"], unique=False)
    op.create_index(op.f("ix_oauth_tokens_grant_id"), "oauth_tokens", ["grant_id"], unique=False)


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        *_of_a_tenant("idempotency_keys"),
        sa.UniqueConstraint("org_id", "principal", "key", name=op.f("uq_idempotency_keys_org_id_principal_key")),
    )
    op.create_index(op.f("ix_idempotency_keys_org_id"), "idempotency_keys", ["org_id"], unique=False)


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


def _of_a_person(table: str, column: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users"), ondelete="CASCADE")


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {_types(signature)}")
    for table in reversed(POLICIES):
        op.drop_table(table)

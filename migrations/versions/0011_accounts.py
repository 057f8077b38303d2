"""Letters with links, throttles; an address belongs to whoever proved it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import allow, create_prunes, drop_prunes, grant, wall

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

USER = "nullif(current_setting('app.user_id', true), '')::uuid"
LOWER_EMAIL: sa.ColumnElement[str] = sa.literal_column("lower(email)")

# Owned by mw_owner, whom row-level security does not bind; each returns ids and nothing else.
FUNCTIONS = {
    # Who proved the address, else who wanted it last.
    "find_user(p_email text)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT id FROM users WHERE lower(email) = lower(p_email)
          ORDER BY email_verified_at IS NULL, created_at DESC, id DESC LIMIT 1
        $$""",
    "find_holder(p_email text)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT id FROM users WHERE lower(email) = lower(p_email) AND email_verified_at IS NOT NULL
        $$""",
    # Always one row, so that an unknown address costs as much.
    "find_sign_in(p_email text)": """
        RETURNS TABLE (holder uuid, newest uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT find_holder(p_email), (
            SELECT id FROM users WHERE lower(email) = lower(p_email) AND email_verified_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 1
          )
        $$""",
    "find_link(p_hash bytea)": """
        RETURNS TABLE (letter_id uuid, user_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT l.id, l.user_id FROM account_letters l
          WHERE l.token_hash = p_hash AND l.expires_at > app_now() AND l.used_at IS NULL AND l.voided_at IS NULL
        $$""",
}
FUNCTIONS |= {
    # For rights that are given by address: never to the last of several who merely typed it.
    "find_only_user(p_email text)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT coalesce(find_holder(p_email), (
            SELECT (array_agg(id))[1] FROM users WHERE lower(email) = lower(p_email) HAVING count(*) = 1
          ))
        $$""",
    "find_identity(p_hash bytea)": """
        RETURNS TABLE (identity_id uuid, user_id uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT i.id, i.user_id FROM identities i WHERE i.subject_hash = p_hash
        $$""",
    # Whose sealed values a rotation of the keys must visit.
    "list_sealed_people()": """
        RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
          SELECT user_id FROM second_factors ORDER BY user_id
        $$""",
}
FIND_USER_BEFORE = """
    CREATE OR REPLACE FUNCTION find_user(p_email text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id FROM users WHERE lower(email) = lower(p_email)
    $$"""
PRUNES = {
    "prune_account_letters": ("account_letters", "id", "created_at"),
    "prune_throttles": ("throttles", "key", "last_at"),
}


def upgrade() -> None:
    _own_addresses()
    op.add_column("sessions", sa.Column("address", sa.String(), nullable=True))
    _letters()
    _throttles()
    _second_factors()
    _identities()
    for signature, body in FUNCTIONS.items():
        op.execute(f"CREATE OR REPLACE FUNCTION {signature} {body}")
    allow(map(_types, FUNCTIONS), "mw_app")
    create_prunes(PRUNES)


def _own_addresses() -> None:
    op.drop_index("uq_users_email", table_name="users")
    verified = sa.text("email_verified_at IS NOT NULL")
    op.create_index("uq_users_email", "users", [LOWER_EMAIL], unique=True, postgresql_where=verified)
    op.create_index("ix_users_email", "users", [LOWER_EMAIL], unique=False)


def _letters() -> None:
    op.create_table(
        "account_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_letters_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_letters")),
    )
    op.create_index("uq_account_letters_token_hash", "account_letters", ["token_hash"], unique=True)
    op.create_index("ix_account_letters_user_id_created_at", "account_letters", ["user_id", "created_at"])
    op.create_index("ix_account_letters_created_at", "account_letters", ["created_at"])
    wall("account_letters", f"user_id IS NOT DISTINCT FROM {USER}")
    grant("account_letters")


def _throttles() -> None:
    op.create_table(
        "throttles",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_index("ix_throttles_last_at", "throttles", ["last_at"])
    grant("throttles")


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "recovery_hashes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factors")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factors_user_id")),
    )
    wall("second_factors", f"user_id = {USER}")
    grant("second_factors")


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_identities_subject_hash")),
        sa.UniqueConstraint("user_id", "provider", name=op.f("uq_identities_user_id_provider")),
    )
    wall("identities", f"user_id = {USER}")
    grant("identities")


def _types(signature: str) -> str:
    name, _, arguments = signature.rstrip(")").partition("(")
    return f"{name}({', '.join(one.split()[1] for one in arguments.split(', ') if one)})"


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.execute(FIND_USER_BEFORE)
    for signature in FUNCTIONS:
        if not signature.startswith("find_user("):
            op.execute(f"DROP FUNCTION {_types(signature)}")
    op.drop_table("identities")
    op.drop_table("second_factors")
    op.drop_column("sessions", "address")
    op.drop_table("throttles")
    op.drop_table("account_letters")
    op.drop_index("ix_users_email", table_name="users")
    op.drop_index("uq_users_email", table_name="users")
    op.create_index("uq_users_email", "users", [LOWER_EMAIL], unique=True)

"""When a grant will die, who was told, what was given back, and how well all of it works."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import NOW, allow, grant_instance, of_connection, tenant_table

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANCE = ("operator_notices", "operator_mails", "service_figures")
DATED = (("connections", "grant_dies_at"), ("credentials", "granted_at"), ("credentials", "grant_ends_at"))

# Owned by mw_owner: ids, one word, or sums over all organizations, never a row of any of them.
FUNCTIONS = (
    """
    CREATE FUNCTION list_operators() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id FROM users WHERE is_operator AND email_verified_at IS NOT NULL ORDER BY id
    $$
    """,
    # "used": some organization relies on the account; "asked": somebody is at the consent page's way back.
    """
    CREATE FUNCTION grant_in_use(p_provider text, p_external_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM connections WHERE provider = p_provider AND external_id = p_external_id
                     AND status <> 'disconnected') THEN 'used'
        WHEN EXISTS (SELECT 1 FROM oauth_attempts WHERE provider = p_provider AND finished_at IS NULL
                     AND state_hash IS NULL AND expires_at > app_now()) THEN 'asked'
        ELSE 'free' END
    $$
    """,
    """
    CREATE FUNCTION measure_verdicts(
      p_since timestamptz, p_final text[], p_passwords text[], p_target interval, p_password_target interval
    ) RETURNS TABLE (
      provider text, cause text, verdicts bigint, contradicted bigint, late bigint,
      p50_s double precision, p99_s double precision, wrong_s double precision
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT one.provider, one.cause, count(*),
        count(*) FILTER (WHERE one.wrongly), count(*) FILTER (WHERE one.over > 0),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY one.took), percentile_cont(0.99) WITHIN GROUP (ORDER BY one.took),
        sum(greatest(one.over, 0) + CASE WHEN one.wrongly THEN one.lasted ELSE 0 END)
      FROM (
        SELECT c.provider::text, e.cause::text, e.ended_by = 'recovered' AND e.cause = ANY (p_final) AS wrongly,
          extract(epoch FROM e.confirmed_at - e.first_failed_at)::double precision AS took,
          extract(epoch FROM coalesce(e.ended_at, app_now()) - e.confirmed_at)::double precision AS lasted,
          extract(epoch FROM e.confirmed_at - e.first_failed_at
            - CASE WHEN c.provider = ANY (p_passwords) THEN p_password_target ELSE p_target END
          )::double precision AS over
        FROM episodes e JOIN connections c ON c.id = e.connection_id WHERE e.confirmed_at > p_since
      ) one GROUP BY one.provider, one.cause
    $$
    """,
    """
    CREATE FUNCTION measure_standing(
      p_since timestamptz, p_passwords text[], p_target interval, p_password_target interval
    ) RETURNS TABLE (
      provider text, connections bigint, overdue bigint, watched_s double precision, overdue_s double precision
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT one.provider, count(*), count(*) FILTER (WHERE one.over > 0), sum(one.watched), sum(greatest(one.over, 0))
      FROM (
        SELECT c.provider::text,
          extract(epoch FROM app_now() - greatest(c.created_at, p_since))::double precision AS watched,
          CASE WHEN c.status IN ('connected', 'verifying') THEN extract(epoch FROM app_now()
            - least(k.first_refused_at, CASE WHEN c.status = 'verifying' THEN c.suspected_at END)
            - CASE WHEN c.provider = ANY (p_passwords) THEN p_password_target ELSE p_target END
          )::double precision END AS over
        FROM connections c LEFT JOIN credentials k ON k.connection_id = c.id
        WHERE c.status IN ('connected', 'verifying', 'inactive')
      ) one GROUP BY one.provider
    $$
    """,
    """
    CREATE FUNCTION measure_refreshes(p_since timestamptz)
    RETURNS TABLE (provider text, outcome text, tries bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT r.provider::text, r.outcome::text, count(*) FROM refresh_attempts r WHERE r.at > p_since GROUP BY 1, 2
    $$
    """,
)
FOR_APP = (
    "list_operators()",
    "grant_in_use(text, text)",
    "measure_verdicts(timestamptz, text[], text[], interval, interval)",
    "measure_standing(timestamptz, text[], interval, interval)",
    "measure_refreshes(timestamptz)",
)


def upgrade() -> None:
    for table, column in DATED:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("grant_dies_why", sa.String(), nullable=True))
    op.add_column("alerts", sa.Column("notice_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint("uq_alerts_org_id_kind_notice_id", "alerts", ["org_id", "kind", "notice_id"])
    _of_connections()
    _of_operators()
    op.create_table(
        "service_figures",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
    )
    grant_instance(INSTANCE)
    for definition in FUNCTIONS:
        op.execute(definition)
    allow(FOR_APP, "mw_app")


def _of_connections() -> None:
    tenant_table(
        "forecast_notices",
        *of_connection(),
        sa.Column("dies_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.UniqueConstraint("connection_id", "dies_at", "days"),
        append_only=True,
    )
    tenant_table(
        "retired_grants",
        *of_connection(),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting','revoked','kept','given_up')", name="state"),
    )


def _of_operators() -> None:
    op.create_table(
        "operator_notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("incident_id", sa.Uuid(), sa.ForeignKey("incidents.id", ondelete="CASCADE"), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.UniqueConstraint("incident_id", "kind", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "operator_mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("notice_id", sa.Uuid(), sa.ForeignKey("operator_notices.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.UniqueConstraint("notice_id", "user_id"),
    )


def downgrade() -> None:
    for function in FOR_APP:
        op.execute(f"DROP FUNCTION {function}")
    for table in ("service_figures", "operator_mails", "operator_notices", "retired_grants", "forecast_notices"):
        op.drop_table(table)
    op.drop_constraint("uq_alerts_org_id_kind_notice_id", "alerts")
    op.drop_column("alerts", "notice_id")
    op.drop_column("connections", "grant_dies_why")
    for table, column in DATED:
        op.drop_column(table, column)

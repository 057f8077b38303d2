"""Alert rules, channels, episodes and digests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import create_prunes, drop_prunes, tenant_table

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
ON, OFF = sa.text("true"), sa.text("false")
PRUNES = {
    "prune_alert_watches": ("alert_watches", "id", "calm_since"),
    "prune_alert_digests": ("alert_digests", "id", "created_at"),
}


def upgrade() -> None:
    _settings()
    _rules()
    _watches()
    _digests()
    _posts()
    _feed()
    create_prunes(PRUNES)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("org_id", *columns, name=op.f("_".join(["uq", table, "org_id", *columns])))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _parent(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["org_id", column],
        [f"{parent}.org_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_org_id_{column}_{parent}"),
        ondelete="CASCADE",
    )


def _settings() -> None:
    tenant_table(
        "alert_settings",
        sa.Column("enabled", sa.Boolean(), server_default=ON, nullable=False),
        sa.Column("frequency", sa.String(), server_default="instant", nullable=False),
        sa.Column("digest_hour", sa.Integer(), server_default="9", nullable=False),
        sa.Column("email_enabled", sa.Boolean(), server_default=ON, nullable=False),
        sa.Column("email_on_disconnect", sa.Boolean(), server_default=ON, nullable=False),
        sa.Column("email_address", sa.String(), nullable=True),
        sa.Column("email_pending", sa.String(), nullable=True),
        sa.Column("email_code", sa.LargeBinary(), nullable=True),
        sa.Column("email_asked_at", TIME, nullable=True),
        sa.Column("slack_enabled", sa.Boolean(), server_default=OFF, nullable=False),
        sa.Column("slack_url", sa.LargeBinary(), nullable=True),
        sa.Column("slack_hint", sa.String(), nullable=True),
        sa.Column("webhook_enabled", sa.Boolean(), server_default=OFF, nullable=False),
        sa.Column("webhook_url", sa.String(), nullable=True),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("rules_version", sa.Integer(), server_default="1", nullable=False),
        _unique("alert_settings"),
        _check("alert_settings", "frequency", "frequency in ('instant','daily')"),
        _check("alert_settings", "digest_hour", "digest_hour between 0 and 23"),
    )


def _rules() -> None:
    tenant_table(
        "alert_rules",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.Numeric(9, 3), nullable=False),
        sa.Column("minimum_volume", sa.Integer(), nullable=True),
        sa.Column("frequency", sa.String(), nullable=True),
        _unique("alert_rules", "kind"),
    )


def _watches() -> None:
    tenant_table(
        "alert_watches",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("phase", sa.String(), server_default="calm", nullable=False),
        sa.Column("baseline", sa.String(), nullable=True),
        sa.Column("mark", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("told", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("calm_since", TIME, nullable=True),
        _unique("alert_watches", "kind", "subject"),
        _parent("alert_watches", "connection_id", "connections"),
        _check("alert_watches", "phase", "phase in ('calm','suspected','open')"),
    )


def _digests() -> None:
    tenant_table(
        "alert_digests",
        sa.Column("day", sa.Date(), nullable=False),
        _unique("alert_digests", "id"),
        _unique("alert_digests", "day"),
    )


def _posts() -> None:
    tenant_table(
        "alert_posts",
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        _unique("alert_posts", "alert_id", "channel"),
        _unique("alert_posts", "digest_id", "channel"),
        _parent("alert_posts", "alert_id", "alerts"),
        _parent("alert_posts", "digest_id", "alert_digests"),
        _check("alert_posts", "channel", "channel in ('slack','webhook')"),
        _check("alert_posts", "state", "state in ('queued','sending','sent','failed')"),
    )


def _feed() -> None:
    """An alert may wait for the digest, and a mail may be one."""
    op.add_column("alerts", sa.Column("waits", sa.Boolean(), server_default=OFF, nullable=False))
    op.add_column("alerts", sa.Column("digest_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_alerts_org_id_digest_id_alert_digests"),
        "alerts",
        "alert_digests",
        ["org_id", "digest_id"],
        ["org_id", "id"],
        ondelete="SET NULL (digest_id)",
    )
    op.create_index("ix_alerts_waiting", "alerts", ["org_id"], postgresql_where=sa.text("waits"))
    op.create_index("ix_alerts_digest_id", "alerts", ["digest_id"])
    op.add_column("alert_mails", sa.Column("digest_id", sa.Uuid(), nullable=True))
    op.alter_column("alert_mails", "alert_id", nullable=True)
    op.create_unique_constraint(
        op.f("uq_alert_mails_org_id_digest_id_recipient"), "alert_mails", ["org_id", "digest_id", "recipient"]
    )
    op.create_foreign_key(
        op.f("fk_alert_mails_org_id_digest_id_alert_digests"),
        "alert_mails",
        "alert_digests",
        ["org_id", "digest_id"],
        ["org_id", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    drop_prunes(PRUNES)
    op.execute("DELETE FROM alert_mails WHERE alert_id IS NULL")
    op.alter_column("alert_mails", "alert_id", nullable=False)
    op.drop_column("alert_mails", "digest_id")
    op.drop_column("alerts", "digest_id")
    op.drop_column("alerts", "waits")
    for table in ("alert_posts", "alert_digests", "alert_watches", "alert_rules", "alert_settings"):
        op.drop_table(table)

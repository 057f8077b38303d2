"""Outreach campaigns, their steps, accounts, recipients and clocks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailwarden.migration_steps import NOW, create_prunes, drop_prunes, grant_instance, of_connection, tenant_table

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
NONE = sa.text("'{}'::jsonb")
PAUSES = "member connection_inactive disconnected bounce_guard sender_refused subscription"
TABLES = ("imports", "notices", "clocks", "sends", "recipients", "accounts", "steps", "campaigns")


def _same_org(table: str, column: str, parent: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_org_id_{column}_{parent}")
    return sa.ForeignKeyConstraint(
        ["org_id", column], [f"{parent}.org_id", f"{parent}.id"], name=name, ondelete=ondelete
    )


def _of_campaign(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    column = sa.Column("campaign_id", sa.Uuid(), nullable=False)
    return (column, _same_org(table, "campaign_id", "outreach_campaigns"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("org_id", *columns, name=op.f(f"uq_{table}_org_id_{'_'.join(columns)}"))


def _one_of(table: str, column: str, words: str) -> sa.CheckConstraint:
    listed = ",".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} in ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    _campaigns()
    _steps()
    _accounts()
    _recipients()
    _sends()
    _clocks()
    _notices()
    _imports()
    _downtime()


def _campaigns() -> None:
    table = "outreach_campaigns"
    tenant_table(
        table,
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="draft", nullable=False),
        sa.Column("pause_reason", sa.String(), nullable=True),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("rotation", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("schedule", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("auto_resume", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("track_opens", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("track_clicks", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("bounce_guard_percent", sa.Integer(), server_default="5", nullable=True),
        sa.Column("guarded_since", TIME, nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _unique(table, "id"),
        _one_of(table, "state", "draft running paused finished archived"),
        _one_of(table, "pause_reason", PAUSES),
    )


def _steps() -> None:
    table = "outreach_steps"
    tenant_table(
        table,
        *_of_campaign(table),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("delay_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("condition", sa.String(), server_default="if_no_reply", nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=False),
        _unique(table, "campaign_id", "number"),
        _one_of(table, "condition", "always if_no_reply if_opened if_not_opened if_clicked if_not_clicked"),
    )


def _accounts() -> None:
    table = "outreach_accounts"
    tenant_table(
        table,
        *_of_campaign(table),
        *of_connection(),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("paused_reason", sa.String(), nullable=True),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("removed_at", TIME, nullable=True),
        sa.Column("wanted_back_at", TIME, nullable=True),
        _unique(table, "id"),
        _unique(table, "campaign_id", "connection_id"),
        _same_org(table, "slot_id", "mailbox_slots"),
        _one_of(table, "state", "active paused removed"),
    )
    op.create_index("ix_outreach_accounts_org_id_connection_id", table, ["org_id", "connection_id"])
    op.create_index("ix_outreach_accounts_org_id_slot_id", table, ["org_id", "slot_id"])


def _recipients() -> None:
    table = "outreach_recipients"
    states = "waiting active held finished replied bounced unsubscribed suppressed skipped campaign_stopped"
    tenant_table(
        table,
        *_of_campaign(table),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("fields", postgresql.JSONB(), server_default=NONE, nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("next_step", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("last_at", TIME, nullable=True),
        _same_org(table, "account_id", "outreach_accounts", "SET NULL (account_id)"),
        _unique(table, "id"),
        _unique(table, "campaign_id", "address"),
        _one_of(table, "state", states),
    )
    op.create_index("ix_outreach_recipients_campaign_due", table, ["campaign_id", "state", "next_at", "id"])
    op.create_index("ix_outreach_recipients_account_due", table, ["account_id", "state", "next_at", "id"])


def _sends() -> None:
    table = "outreach_sends"
    tenant_table(
        table,
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("step_number", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("not_met", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _same_org(table, "recipient_id", "outreach_recipients"),
        _same_org(table, "message_id", "messages", "SET NULL (message_id)"),
        _unique(table, "recipient_id", "step_number"),
    )
    op.create_index("ix_outreach_sends_org_id_message_id", table, ["org_id", "message_id"])


def _clocks() -> None:
    table = "outreach_clocks"
    tenant_table(
        table,
        *_of_campaign(table),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("episode_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("uncounted_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("applied_at", TIME, nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=True),
        sa.Column("unassigned", sa.Integer(), nullable=True),
        _same_org(table, "account_id", "outreach_accounts"),
        _one_of(table, "kind", "grace nine_days"),
        _one_of(table, "state", "running cancelled applied"),
    )
    running = sa.text("state = 'running'")
    op.create_index("uq_outreach_clocks_running", table, ["account_id", "kind"], unique=True, postgresql_where=running)
    op.create_index("ix_outreach_clocks_state_due_at", table, ["state", "due_at"])


def _notices() -> None:
    table = "outreach_notices"
    tenant_table(
        table,
        *of_connection(),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(), nullable=False),
        _unique(table, "subject_id", "moment"),
    )
    op.create_index("ix_outreach_notices_org_id_connection_id", table, ["org_id", "connection_id"])


PRUNES = {
    "prune_service_outages": ("service_outages", "id", "ended_at"),
    "prune_outreach_imports": ("outreach_imports", "id", "created_at"),
}


def _imports() -> None:
    table = "outreach_imports"
    counts = [sa.Column(name, sa.Integer(), nullable=True) for name in ("added", "duplicates", "invalid", "suppressed")]
    tenant_table(
        table,
        *_of_campaign(table),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("delimiter", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        *counts,
    )
    op.execute("ALTER TABLE outreach_imports ALTER COLUMN content SET STORAGE EXTERNAL")  # compressed already


def _downtime() -> None:
    """Of the whole installation: nothing of any tenant."""
    op.create_table(
        "service_pulses",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "service_outages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_index("ix_service_outages_ended_at", "service_outages", ["ended_at"])
    grant_instance(["service_pulses", "service_outages"])
    create_prunes(PRUNES)


def downgrade() -> None:
    drop_prunes(PRUNES)
    for name in ("service_outages", "service_pulses"):
        op.drop_table(name)
    for name in TABLES:
        op.drop_table(f"outreach_{name}")

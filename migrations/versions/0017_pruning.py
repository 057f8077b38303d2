"""Old rows go by table instead of by organization, whose number must not show in what an idle installation costs."""

from collections.abc import Sequence

from alembic import op

from mailwarden.migration_steps import create_prunes, drop_prunes

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AGE = {
    "alerts": "created_at",
    "api_keys": "revoked_at",
    "billing_events": "created_at",
    "billing_notices": "created_at",
    "call_outcomes": "at",
    "episodes": "ended_at",
    "events": "created_at",
    "forecast_notices": "created_at",
    "hook_log": "received_at",
    "idempotency_keys": "created_at",
    "invitations": "created_at",
    "oauth_attempts": "created_at",
    "oauth_grants": "expires_at",
    "oauth_tokens": "expires_at",
    "orphan_tokens": "created_at",
    "reconnect_receipts": "completed_at",
    "refresh_attempts": "at",
    "retired_grants": "settled_at",
    "signals": "at",
    "support_bundles": "created_at",
    "sync_journal": "at",
    "sync_runs": "finished_at",
    "transitions": "at",
    "webhook_deliveries": "created_at",
}
# Only ever added to, in the order of time: a summary of each range of blocks finds the oldest at next to no cost.
LOGS = ("events", "hook_log", "refresh_attempts", "signals", "sync_journal", "transitions", "webhook_deliveries")
PRUNES = {f"prune_{table}": (table, "id", age) for table, age in AGE.items()}


def upgrade() -> None:
    create_prunes(PRUNES)
    for table in LOGS:
        op.create_index(
            f"ix_{table}_{AGE[table]}",
            table,
            [AGE[table]],
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        )


def downgrade() -> None:
    for table in LOGS:
        op.drop_index(f"ix_{table}_{AGE[table]}", table_name=table)
    drop_prunes(PRUNES)

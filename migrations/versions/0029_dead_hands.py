"""Which process of which team holds a job: who takes its place when it is dead frees what it held."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from mailwarden.migration_steps import allow

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE, CLAIM = "job_claim(uuid, text[], double precision[])", "job_claim(uuid, text[], double precision[], text)"
FREE = "job_free(text)"
OPENING = "VOLATILE SECURITY DEFINER SET search_path = public, pg_temp"
# Not ready, but run out: relays wake those one by one, since one of them may be what killed the worker; what was begun
# more often waits for the end of its lease. Rows that somebody holds are left to their leases, too.
CREATE_FREE = f"""
CREATE FUNCTION job_free(p_place text) RETURNS bigint
LANGUAGE sql {OPENING} AS $$
  WITH held AS (
    SELECT id FROM jobs WHERE state = 'leased' AND held_by = p_place AND lease_until >= app_now() AND attempt <= 2
    FOR UPDATE SKIP LOCKED
  ), freed AS (
    UPDATE jobs SET lease_until = app_now() - interval '1 millisecond', enqueued_at = NULL FROM held
    WHERE jobs.id = held.id RETURNING 1
  ) SELECT count(*) FROM freed
$$
"""


def _claim(argument: str, effect: str) -> str:
    return f"""
    CREATE FUNCTION job_claim(p_id uuid, p_kinds text[], p_leases double precision[]{argument})
    RETURNS TABLE (
      id uuid, org_id uuid, kind text, key text, payload jsonb, fence int, attempt int, late_s double precision
    )
    LANGUAGE sql {OPENING} AS $$
      UPDATE jobs j SET state = 'leased', fence = j.fence + 1, attempt = j.attempt + 1{effect},
        lease_until = app_now() + p_leases[array_position(p_kinds, j.kind::text)] * interval '1 second'
      WHERE j.id = p_id AND j.kind = ANY (p_kinds) AND j.due_at <= app_now()
        AND (j.state = 'ready' OR (j.state = 'leased' AND j.lease_until < app_now()))
      RETURNING j.id, j.org_id, j.kind::text, j.key::text, j.payload, j.fence, j.attempt,
        extract(epoch FROM app_now() - j.due_at)::double precision
    $$
    """


def upgrade() -> None:
    op.add_column("jobs", sa.Column("held_by", sa.String(), nullable=True))
    op.execute(f"DROP FUNCTION {BEFORE}")
    # A worker of the version before asks without its place, and its lease runs out as ever.
    op.execute(_claim(", p_place text DEFAULT NULL", ", held_by = p_place"))
    op.execute(CREATE_FREE)
    allow((CLAIM, FREE), "mw_system")


def downgrade() -> None:
    for function in (FREE, CLAIM):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(_claim("", ""))
    allow((BEFORE,), "mw_system")
    op.drop_column("jobs", "held_by")

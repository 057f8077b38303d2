"""Row-level security on every tenant table, grants by role, and the listed functions that look across tenants."""

from collections.abc import Sequence

from alembic import op

from mailwarden.migration_steps import ORG, allow, grant, grant_instance, wall

revision: str = "0003"
down_revision: str | None = "0002b"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

USER = "nullif(current_setting('app.user_id', true), '')::uuid"

TENANT = (
    "alert_mails",
    "alerts",
    "call_outcomes",
    "campaigns",
    "connections",
    "credentials",
    "episodes",
    "events",
    "mailbox_slots",
    "oauth_attempts",
    "observations",
    "orphan_tokens",
    "reconnect_receipts",
    "refresh_attempts",
    "signals",
    "sync_journal",
    "sync_runs",
    "transitions",
)
APPEND_ONLY = {"transitions", "signals", "refresh_attempts", "observations"}
INSTANCE = ("incidents", "journal_positions")  # hold nothing of a tenant

# The whole policy of tables that are not simply "my organization's rows".
OWN_POLICIES = {
    "organizations": f"id = {ORG} OR id IN (SELECT org_id FROM memberships WHERE user_id = {USER})",
    "memberships": f"org_id = {ORG} OR user_id = {USER}",
    "users": f"id = {USER} OR id IN (SELECT user_id FROM memberships WHERE org_id = {ORG})",
    "sessions": f"user_id = {USER}",
    # The instance's own jobs have no organization and are seen only without one.
    "jobs": f"org_id IS NOT DISTINCT FROM {ORG}",
}

# Owned by mw_owner, whom row-level security does not bind; each returns ids and job columns, nothing else.
FUNCTIONS = (
    """
    CREATE FUNCTION find_session(p_hash bytea, p_idle interval)
    RETURNS TABLE (session_id uuid, user_id uuid, org_id uuid, seen_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT s.id, s.user_id, s.org_id, s.seen_at FROM sessions s
      WHERE s.token_hash = p_hash AND s.expires_at > app_now() AND s.seen_at > app_now() - p_idle
    $$
    """,
    """
    CREATE FUNCTION find_user(p_email text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id FROM users WHERE lower(email) = lower(p_email)
    $$
    """,
    """
    CREATE FUNCTION find_connections_of_account(p_provider text, p_external_id text)
    RETURNS TABLE (connection_id uuid, org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id, c.org_id FROM connections c WHERE c.provider = p_provider AND c.external_id = p_external_id
    $$
    """,
    """
    CREATE FUNCTION list_organizations() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT id FROM organizations ORDER BY id
    $$
    """,
    """
    CREATE FUNCTION provider_window(p_provider text, p_host text, p_since timestamptz)
    RETURNS TABLE (tried bigint, refused bigint, unavailable bigint, rate_limited bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      SELECT count(*),
             count(*) FILTER (WHERE failure = 'refused'),
             count(*) FILTER (WHERE failure = 'unavailable'),
             count(*) FILTER (WHERE failure = 'rate_limited')
      FROM (
        -- the latest of them tell the same, at a cost that does not grow with the installation
        SELECT failure FROM call_outcomes WHERE provider = p_provider AND host = p_host AND at > p_since
        ORDER BY at DESC LIMIT 2000
      ) latest
    $$
    """,
    # Its cost depends on p_limit, not on how many jobs or organizations there are: the oldest due rows suffice while
    # they are few, and while they are many each round also looks at some organizations whose turn it is (p_turns).
    """
    CREATE FUNCTION job_due(
      p_limit int, p_each int, p_stale interval, p_queues text[] DEFAULT '{fast,bulk}', p_turns uuid[] DEFAULT '{}'
    )
    RETURNS TABLE (id uuid, queue text, fence int, due_at timestamptz)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH clock AS MATERIALIZED (
        SELECT app_now() AS now, app_now() - p_stale AS stale
      ), oldest AS MATERIALIZED (
        SELECT one.* FROM unnest(p_queues) AS wanted (queue) CROSS JOIN LATERAL (
          SELECT j.id, j.org_id, j.due_at FROM jobs j
          WHERE j.queue = wanted.queue AND j.state = 'ready' AND j.due_at <= (SELECT now FROM clock)
            AND (j.enqueued_at IS NULL OR j.enqueued_at < (SELECT stale FROM clock))
          ORDER BY j.due_at LIMIT greatest(5 * p_limit, 1000)
        ) one
      ), instance AS (
        SELECT j.id, j.org_id, j.due_at FROM jobs j
        WHERE j.org_id IS NULL AND j.queue = ANY (p_queues) AND j.state = 'ready'
          AND j.due_at <= (SELECT now FROM clock)
          AND (j.enqueued_at IS NULL OR j.enqueued_at < (SELECT stale FROM clock))
      ), turns AS (
        SELECT one.* FROM unnest(p_turns) AS whose (org_id) CROSS JOIN unnest(p_queues) AS wanted (queue)
        CROSS JOIN LATERAL (
          SELECT j.id, j.org_id, j.due_at FROM jobs j
          WHERE j.org_id = whose.org_id AND j.queue = wanted.queue AND j.state = 'ready'
            AND j.due_at <= (SELECT now FROM clock)
            AND (j.enqueued_at IS NULL OR j.enqueued_at < (SELECT stale FROM clock))
          ORDER BY j.due_at LIMIT p_each
        ) one
      ), fair AS (
        SELECT c.id, c.due_at, row_number() OVER (PARTITION BY c.org_id ORDER BY c.due_at, c.id) AS turn
        FROM (SELECT * FROM oldest UNION SELECT * FROM instance UNION SELECT * FROM turns) c
      ), expired AS (
        SELECT j.id, j.due_at, 0::bigint AS turn FROM jobs j
        WHERE j.state = 'leased' AND j.lease_until < (SELECT now FROM clock) AND j.queue = ANY (p_queues)
          AND (j.enqueued_at IS NULL OR j.enqueued_at < (SELECT stale FROM clock))
        -- one in a round: any of them may be what killed its worker, and must not take the others along again
        ORDER BY j.attempt, j.lease_until LIMIT 1
      ), chosen AS (
        SELECT c.id, c.turn FROM (SELECT * FROM fair WHERE turn <= p_each UNION ALL SELECT * FROM expired) c
        ORDER BY c.turn, c.due_at LIMIT p_limit
      ), locked AS (
        -- asked again of the locked version: another relay may have woken it between choosing and locking
        SELECT j.id, chosen.turn FROM jobs j JOIN chosen USING (id)
        WHERE j.state IN ('ready', 'leased') AND (j.enqueued_at IS NULL OR j.enqueued_at < app_now() - p_stale)
        FOR UPDATE OF j SKIP LOCKED
      ), woken AS (
        UPDATE jobs SET enqueued_at = app_now() FROM locked WHERE jobs.id = locked.id
        RETURNING jobs.id, jobs.queue::text, jobs.fence, jobs.due_at, locked.turn
      )
      SELECT woken.id, woken.queue, woken.fence, woken.due_at FROM woken ORDER BY woken.turn, woken.due_at
    $$
    """,
    # The next organizations with waiting jobs, due or not, by index steps.
    """
    CREATE FUNCTION job_tenants(p_after uuid, p_steps int) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH RECURSIVE walk (org_id, step) AS (
        SELECT (
          SELECT j.org_id FROM jobs j
          WHERE j.state = 'ready' AND j.org_id > coalesce(p_after, '00000000-0000-0000-0000-000000000000'::uuid)
          ORDER BY j.org_id LIMIT 1
        ), 1
        UNION ALL
        SELECT (
          SELECT j.org_id FROM jobs j WHERE j.state = 'ready' AND j.org_id > walk.org_id ORDER BY j.org_id LIMIT 1
        ), walk.step + 1
        FROM walk WHERE walk.org_id IS NOT NULL AND walk.step < p_steps
      )
      SELECT org_id FROM walk WHERE org_id IS NOT NULL
    $$
    """,
    """
    CREATE FUNCTION job_claim(p_id uuid, p_kinds text[], p_leases double precision[])
    RETURNS TABLE (
      id uuid, org_id uuid, kind text, key text, payload jsonb, fence int, attempt int, late_s double precision
    )
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      UPDATE jobs j SET state = 'leased', fence = j.fence + 1, attempt = j.attempt + 1,
        lease_until = app_now() + p_leases[array_position(p_kinds, j.kind::text)] * interval '1 second'
      WHERE j.id = p_id AND j.kind = ANY (p_kinds) AND j.due_at <= app_now()
        AND (j.state = 'ready' OR (j.state = 'leased' AND j.lease_until < app_now()))
      RETURNING j.id, j.org_id, j.kind::text, j.key::text, j.payload, j.fence, j.attempt,
        extract(epoch FROM app_now() - j.due_at)::double precision
    $$
    """,
    """
    CREATE FUNCTION job_extend(p_id uuid, p_fence int, p_seconds double precision) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      WITH held AS (
        UPDATE jobs SET lease_until = app_now() + p_seconds * interval '1 second'
        WHERE id = p_id AND fence = p_fence AND state = 'leased' RETURNING 1
      ) SELECT EXISTS (SELECT 1 FROM held)
    $$
    """,
    """
    CREATE FUNCTION worker_beat(p_worker text, p_version text, p_lag int, p_claim timestamptz, p_direct boolean)
    RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
      INSERT INTO worker_heartbeats (worker, version, loop_lag_ms, last_claim_at, direct_mode, started_at, seen_at)
      VALUES (p_worker, p_version, p_lag, p_claim, p_direct, app_now(), app_now())
      ON CONFLICT (worker) DO UPDATE SET seen_at = app_now(), version = excluded.version,
        loop_lag_ms = excluded.loop_lag_ms, direct_mode = excluded.direct_mode,
        last_claim_at = coalesce(excluded.last_claim_at, worker_heartbeats.last_claim_at)
    $$
    """,
)
FOR_APP = (
    "find_session(bytea, interval)",
    "find_user(text)",
    "find_connections_of_account(text, text)",
    "list_organizations()",
    "provider_window(text, text, timestamptz)",
)
FOR_SYSTEM = (
    "job_due(int, int, interval, text[], uuid[])",
    "job_tenants(uuid, int)",
    "job_claim(uuid, text[], double precision[])",
    "job_extend(uuid, int, double precision)",
    "worker_beat(text, text, int, timestamptz, boolean)",
)


def upgrade() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO mw_app, mw_system")
    op.execute("GRANT SELECT ON clock_offset, worker_heartbeats TO mw_app, mw_system")
    op.execute("GRANT SELECT ON alembic_version TO mw_app")
    for table in TENANT:
        wall(table)
        grant(table, append_only=table in APPEND_ONLY)
    for table, rule in OWN_POLICIES.items():
        wall(table, rule)
        grant(table)
    grant_instance(INSTANCE)
    for definition in FUNCTIONS:
        op.execute(definition)
    allow(FOR_APP, "mw_app")
    allow(FOR_SYSTEM, "mw_system")


def downgrade() -> None:
    for function in (*FOR_APP, *FOR_SYSTEM):
        op.execute(f"DROP FUNCTION {function}")
    for table in (*TENANT, *OWN_POLICIES):
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mw_app, mw_system")

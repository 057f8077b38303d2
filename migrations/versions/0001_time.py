"""One authority for time: `app_now()` is the clock plus an offset that only the schema's owner may set."""

from collections.abc import Sequence

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# STABLE although the clock moves: one statement sees one time, and due dates can use their indexes.
APP_NOW = """
CREATE FUNCTION app_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT clock_timestamp()
       + coalesce((SELECT seconds FROM public.clock_offset), 0) * interval '1 second'
$$
"""


def upgrade() -> None:
    op.execute(
        "CREATE TABLE clock_offset ("
        " id boolean DEFAULT true NOT NULL, seconds double precision DEFAULT 0 NOT NULL,"
        " CONSTRAINT pk_clock_offset PRIMARY KEY (id), CONSTRAINT ck_clock_offset_single CHECK (id))"
    )
    op.execute(APP_NOW)


def downgrade() -> None:
    op.execute("DROP FUNCTION app_now()")
    op.execute("DROP TABLE clock_offset")

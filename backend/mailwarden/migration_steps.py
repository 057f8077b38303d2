"""What migrations have in common. Here and not beside them, since Alembic loads each by its path alone.

A released migration must go on doing what it did: what changes its meaning becomes a new function.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import op

ORG = "nullif(current_setting('app.org_id', true), '')::uuid"
NOW = sa.text("app_now()")
_PRUNE_ARGUMENTS = "(timestamptz, int)"


def tenant_table(table: str, *items: sa.schema.SchemaItem, append_only: bool = False) -> None:
    """Behind the wall, and gone with its organization."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org_id", sa.Uuid(), sa.ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        *items,
    )
    op.create_index(f"ix_{table}_org_id", table, ["org_id"])
    wall(table)
    grant(table, append_only=append_only)


def of_connection() -> tuple[sa.schema.SchemaItem, ...]:
    """A row of this connection, which is of the same organization, and gone with it."""
    parent = ["connections.org_id", "connections.id"]
    return (
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["org_id", "connection_id"], parent, ondelete="CASCADE"),
    )


def wall(table: str, rule: str = f"org_id = {ORG}") -> None:
    """``rule`` is the whole policy."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} TO mw_app USING ({rule}) WITH CHECK ({rule})")


def grant(table: str, *, append_only: bool = False) -> None:
    verbs = "SELECT, INSERT, DELETE" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {verbs} ON {table} TO mw_app")


def grant_instance(tables: Iterable[str]) -> None:
    """They hold nothing of a tenant, so no wall is around them; only functions remove their rows."""
    for table in tables:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO mw_app")


def allow(functions: Iterable[str], role: str) -> None:
    for function in functions:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {role}")


def create_prunes(prunes: Mapping[str, tuple[str, str, str]]) -> None:
    """Name → table, key, and what comes before "< p_before". Each removes at most p_limit rows and says how many."""
    for name, (table, key, old) in prunes.items():
        op.execute(
            f"""
            CREATE FUNCTION {name}(p_before timestamptz, p_limit int) RETURNS bigint
            LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
              WITH gone AS (
                DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {old} < p_before LIMIT p_limit)
                RETURNING 1
              ) SELECT count(*) FROM gone
            $$
            """  # noqa: S608  # made of the migrations' own constants
        )
        allow([name + _PRUNE_ARGUMENTS], "mw_system")


def drop_prunes(names: Iterable[str]) -> None:
    for name in names:
        op.execute(f"DROP FUNCTION {name}{_PRUNE_ARGUMENTS}")

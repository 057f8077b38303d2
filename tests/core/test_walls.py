"""Row-level security holds by itself: whatever a query forgets, the app's role sees one organization only."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import Table, UniqueConstraint, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import mailwarden
from mailwarden.core.checks import UnsafeDatabase, check_database
from mailwarden.core.db import make_engine, make_sessions, unit_of_work
from mailwarden.core.housekeeping import INSTANCE
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.tables import metadata
from mailwarden.work import KEPT
from tests.support.database import admin_dsn
from tests.support.rows import Rows, canary, fill, make_row, tenant_tables

TENANTS = tenant_tables()
NAMES = [table.name for table in TENANTS]
# What holds nothing of any tenant; everything else must be walled.
OPEN = {
    "alembic_version",
    "clock_offset",
    "worker_heartbeats",
    "incidents",
    "journal_positions",
    "hook_deliveries",
    "hook_events",
    "hook_refusals",
    "key_checks",
}
ACT = text("SELECT set_config('app.org_id', :org, true), set_config('app.user_id', :user, true)")
USES = re.compile(r"\b_?rt\.system\b")
SCHEDULING = {"worker.py", "cli/doctor.py", "diagnostics/scheduler.py", "core/housekeeping.py"}
OPEN |= {"service_pulses", "service_outages"}
OPEN |= {"blocklist_health", "throttles", "operator_notices", "operator_mails", "service_figures"}
# Functions that see past the wall, by who may call them.
OF_THE_APP = {
    "answer_support_request",
    "find_access_token",
    "find_api_key",
    "find_billing_organization",
    "find_connection_of_subscription",
    "find_connections_of_account",
    "find_connections_of_address",
    "find_connections_of_token",
    "find_grant_token",
    "find_holder",
    "find_hook_subscription",
    "find_identity",
    "find_invitation",
    "find_link",
    "find_only_user",
    "find_session",
    "find_sign_in",
    "find_tracked",
    "find_user",
    "grant_in_use",
    "list_operators",
    "list_organizations",
    "list_sealed_people",
    "measure_refreshes",
    "measure_standing",
    "measure_verdicts",
    "open_support_requests",
    "provider_window",
}
OF_THE_SYSTEM = {
    "event_number",
    "job_claim",
    "job_due",
    "job_extend",
    "job_free",
    "job_overview",
    "job_tenants",
    "worker_beat",
}
BROOMS = set(INSTANCE) | {rule.function for rule in KEPT}


@dataclass
class World:
    a: UUID
    b: UUID
    rows: dict[UUID, Rows]


@pytest_asyncio.fixture(loop_scope="session")
async def schema_owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(owner_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def world(runtime: Runtime, schema_owner: AsyncEngine) -> World:
    """Two organizations with one row in every table."""
    a, b = new_id(), new_id()
    async with schema_owner.begin() as connection:
        return World(a, b, {org: await fill(connection, runtime.keys, org) for org in (a, b)})


async def test_the_world_has_a_row_of_both_in_every_table(world: World, schema_owner: AsyncEngine) -> None:
    async with schema_owner.connect() as connection:
        for table in TENANTS:
            assert await connection.scalar(select(func.count()).select_from(table)) == 2, table.name


async def test_without_an_organization_there_is_nothing(runtime: Runtime, world: World) -> None:
    async with runtime.sessions() as session:
        for table in TENANTS:
            assert await session.scalar(select(func.count()).select_from(table)) == 0, table.name


async def test_with_one_organization_the_other_does_not_exist(runtime: Runtime, world: World) -> None:
    async with unit_of_work(runtime.sessions, world.a) as tx:
        await tx.act_as(world.rows[world.a]["users"]["id"])
        for table in TENANTS:
            rows = [str(dict(row)) for row in (await tx.session.execute(select(table))).mappings()]
            assert len(rows) == 1, table.name
            assert canary(world.b) not in rows[0]
            assert str(world.b) not in rows[0]


@pytest.mark.parametrize("table", TENANTS, ids=NAMES)
async def test_the_others_rows_cannot_be_changed_or_removed(
    runtime: Runtime, world: World, schema_owner: AsyncEngine, table: Table
) -> None:
    theirs = world.rows[world.b][table.name]["id"]
    for statement in (update(table).values(id=theirs), delete(table)):
        with contextlib.suppress(ProgrammingError):  # append-only tables refuse an update altogether
            async with unit_of_work(runtime.sessions, world.a) as tx:
                touched: Any = await tx.session.execute(statement.where(table.c.id == theirs))
                assert touched.rowcount == 0
    async with schema_owner.connect() as connection:
        assert await connection.scalar(select(table.c.id).where(table.c.id == theirs)) == theirs


async def test_statements_without_any_condition_touch_ones_own_rows_only(
    runtime: Runtime, world: World, schema_owner: AsyncEngine
) -> None:
    """What a forgotten WHERE would do; rolled back, since references may keep one's own row."""
    who = {"org": str(world.a), "user": str(world.rows[world.a]["users"]["id"])}
    for table in TENANTS:
        for statement in (update(table).values(id=table.c.id), delete(table)):
            async with runtime.sessions() as session:
                await session.execute(ACT, who)
                with contextlib.suppress(ProgrammingError, IntegrityError):
                    touched = list(await session.scalars(statement.returning(table.c.id)))
                    assert touched == [world.rows[world.a][table.name]["id"]], table.name
        async with schema_owner.connect() as connection:
            assert await connection.scalar(select(func.count()).select_from(table)) == 2


async def test_the_relays_role_can_do_nothing_to_any_table(runtime: Runtime, world: World) -> None:
    """Not even with an organization set: it has functions, which tell ids."""
    who = {"org": str(world.a), "user": str(world.rows[world.a]["users"]["id"])}
    for table in TENANTS:
        for statement in (select(table), update(table).values(id=table.c.id), delete(table)):
            async with runtime.system() as session:
                await session.execute(ACT, who)
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await session.execute(statement)


def test_the_relays_role_is_used_where_work_is_scheduled_only() -> None:
    package = Path(mailwarden.__file__).parent
    using = {str(path.relative_to(package)) for path in package.rglob("*.py") if USES.search(path.read_text())}
    assert using == SCHEDULING


@pytest.mark.parametrize("table", TENANTS, ids=NAMES)
async def test_nothing_can_be_written_into_another_organization(runtime: Runtime, world: World, table: Table) -> None:
    row = make_row(table, world.rows[world.b], runtime.keys, world.b) | {"id": new_id()}
    async with runtime.sessions() as session:
        await session.execute(text("SELECT set_config('app.org_id', :org, true)"), {"org": str(world.a)})
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(insert(table).values(row))


async def test_a_row_cannot_be_handed_to_another_organization(runtime: Runtime, world: World) -> None:
    table = metadata.tables["connections"]
    async with runtime.sessions() as session:
        await session.execute(text("SELECT set_config('app.org_id', :org, true)"), {"org": str(world.a)})
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(update(table).values(org_id=world.b))


@pytest.mark.parametrize("table", TENANTS, ids=NAMES)
async def test_a_row_cannot_point_into_another_organization(runtime: Runtime, world: World, table: Table) -> None:
    """Foreign-key checks see past the wall, so the keys themselves carry the organization."""
    targets = [key for key in table.foreign_key_constraints if "org_id" in key.referred_table.columns]
    for key in targets:
        assert "org_id" in key.column_keys, f"{table.name} points at {key.referred_table.name} without org_id"


@pytest.mark.parametrize("table", TENANTS, ids=NAMES)
def test_a_unique_key_does_not_tell_of_other_organizations(table: Table) -> None:
    """A collision would be an answer. Random values collide with nobody."""
    uniques = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys = [list(one.columns) for one in uniques] + [list(i.columns) for i in table.indexes if i.unique]
    for columns in keys:
        names = {column.name for column in columns}
        unguessable = any(name == "id" or name.endswith(("_id", "_hash", "key")) for name in names)
        assert "org_id" in names or unguessable or table.name == "users", (table.name, names)


async def test_every_table_is_walled_or_listed(schema_owner: AsyncEngine) -> None:
    asked = text(
        "SELECT c.relname, c.relrowsecurity, EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)"
        " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
    )
    async with schema_owner.connect() as connection:
        found = {row[0]: (row[1], row[2]) for row in await connection.execute(asked)}
    assert {name for name, walls in found.items() if walls != (True, True)} == OPEN


async def test_the_relays_role_reads_no_table(schema_owner: AsyncEngine) -> None:
    asked = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
        " AND (has_table_privilege('mw_system', oid, 'SELECT') OR has_table_privilege('mw_system', oid, 'INSERT')"
        " OR has_table_privilege('mw_system', oid, 'UPDATE') OR has_table_privilege('mw_system', oid, 'DELETE'))"
    )
    async with schema_owner.connect() as connection:
        assert set(await connection.scalars(asked)) == {"clock_offset", "worker_heartbeats"}


@dataclass(frozen=True)
class Definer:
    name: str
    settings: list[str] | None
    of_everybody: bool
    of_the_app: bool


async def definers(schema_owner: AsyncEngine) -> list[Definer]:
    asked = text(
        "SELECT proname, proconfig, has_function_privilege('public', oid, 'EXECUTE'),"
        " has_function_privilege('mw_app', oid, 'EXECUTE') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    async with schema_owner.connect() as connection:
        return [Definer(*row) for row in await connection.execute(asked)]


async def test_functions_that_see_past_the_wall_are_pinned_and_not_for_everybody(schema_owner: AsyncEngine) -> None:
    for one in await definers(schema_owner):
        assert (one.settings, one.of_everybody) == (["search_path=public, pg_temp"], False), one.name


async def test_functions_that_see_past_the_wall_are_listed_by_who_may_call_them(schema_owner: AsyncEngine) -> None:
    found = await definers(schema_owner)
    assert {one.name for one in found if one.of_the_app} == OF_THE_APP
    assert {one.name for one in found if not one.of_the_app} == OF_THE_SYSTEM | BROOMS


async def test_the_organization_does_not_stay_on_a_pooled_connection(database_url: str, world: World) -> None:
    engine = make_engine(database_url, pool_size=2, statement_timeout_ms=5000, application="test")
    sessions = make_sessions(engine)
    for _ in range(4):
        async with unit_of_work(sessions, world.a) as tx:
            assert len((await tx.session.execute(select(metadata.tables["connections"]))).all()) == 1
        async with sessions() as session:
            assert (await session.execute(select(metadata.tables["connections"]))).all() == []
    await engine.dispose()


async def test_start_up_accepts_only_a_role_that_the_wall_binds(
    database_url: str, owner_url: str, servers: Any, database: str
) -> None:
    admin = "postgresql+asyncpg://" + admin_dsn(servers, database).split("://", 1)[1]
    empty_database = "postgresql+asyncpg://" + admin_dsn(servers, "postgres").split("://", 1)[1]
    for url, complaint in ((owner_url, "owns tables"), (admin, "superuser"), (empty_database, "superuser")):
        engine = create_async_engine(url)
        with pytest.raises(UnsafeDatabase, match=complaint):
            await check_database(engine)
        await engine.dispose()
    engine = create_async_engine(database_url)
    await check_database(engine)
    await engine.dispose()

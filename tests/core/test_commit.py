"""The commit comes before the answer: what did not commit was never a success."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from mailwarden.accounts.models import Organization
from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from tests.support.browser import Browser
from tests.support.database import admin_dsn

AtCommit = Callable[[str], Awaitable[None]]
FAIL = "RAISE EXCEPTION 'not today'"
HANG_UP = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest_asyncio.fixture(loop_scope="session")
async def at_commit(servers: EmbeddedServers, database: str) -> AsyncIterator[AtCommit]:
    """Runs PL/pgSQL at the commit of every transaction that changed an organization."""
    admin = await asyncpg.connect(admin_dsn(servers, database))

    async def install(statement: str) -> None:
        await admin.execute(
            f"CREATE FUNCTION sabotage() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$"
            f" BEGIN {statement}; RETURN NULL; END $$;"
            " CREATE CONSTRAINT TRIGGER sabotage AFTER UPDATE ON organizations DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION sabotage()"
        )

    yield install
    await admin.execute("DROP TRIGGER sabotage ON organizations; DROP FUNCTION sabotage()")
    await admin.close()


@pytest.mark.parametrize(("statement", "status"), [(FAIL, 500), (HANG_UP, 503)])
async def test_a_failing_commit_is_never_a_success(
    owner: Browser, at_commit: AtCommit, statement: str, status: int
) -> None:
    await at_commit(statement)
    answer = await owner.patch("/v1/organization", {"name": "New"}, headers={"If-Match": '"v1"'})
    assert answer.status_code == status
    assert "etag" not in answer.headers
    assert (await owner.get("/v1/organization")).json()["name"] == "Acme"


async def test_a_reading_route_cannot_write(runtime: Runtime, owner: Browser) -> None:
    async with reader(runtime.sessions, owner.org_id) as tx:
        with pytest.raises(DBAPIError, match="read-only"):
            await tx.session.execute(update(Organization).values(name="New"))

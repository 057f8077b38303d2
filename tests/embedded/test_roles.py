from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from mailwarden.core.roles import Role, bootstrap_roles, role_dsn, scram_verifier
from mailwarden.embedded import EmbeddedServers

WALLED = """
CREATE TABLE secrets_of_tenants (org_id int, secret text);
INSERT INTO secrets_of_tenants VALUES (1, 'mine'), (2, 'theirs');
ALTER TABLE secrets_of_tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON secrets_of_tenants TO mw_app, mw_system
    USING (org_id = current_setting('app.org_id', true)::int);
GRANT SELECT ON secrets_of_tenants TO mw_app, mw_system;
"""


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def walled(running: EmbeddedServers) -> AsyncIterator[str]:
    running.create_database("walled")
    async with connected(running.dsn(Role.OWNER, "walled")) as owner:
        await owner.execute(WALLED)
    yield "walled"
    running.drop_database("walled")


@pytest.mark.parametrize("role", [Role.APP, Role.SYSTEM])
async def test_roles_of_the_product_see_one_tenant_only(running: EmbeddedServers, walled: str, role: Role) -> None:
    async with connected(running.dsn(role, walled)) as connection:
        assert await connection.fetch("SELECT * FROM secrets_of_tenants") == []
        await connection.execute("SELECT set_config('app.org_id', '1', false)")
        assert [row["secret"] for row in await connection.fetch("SELECT secret FROM secrets_of_tenants")] == ["mine"]


@pytest.mark.parametrize("role", [Role.APP, Role.SYSTEM])
@pytest.mark.parametrize(
    "attempt",
    [
        "SET ROLE mw_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER TABLE secrets_of_tenants DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON secrets_of_tenants",
        "CREATE TABLE of_my_own ()",
        "CREATE TEMPORARY TABLE of_my_own ()",
        "SET row_security = off; SELECT * FROM secrets_of_tenants",
    ],
)
async def test_no_way_around_the_wall(running: EmbeddedServers, walled: str, role: Role, attempt: str) -> None:
    async with connected(running.dsn(role, walled)) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)


async def test_a_clone_has_the_rows_and_the_rights_of_its_template(running: EmbeddedServers, walled: str) -> None:
    running.create_database("clone", template=walled)
    try:
        async with connected(running.dsn(Role.APP, "clone")) as connection:
            await connection.execute("SELECT set_config('app.org_id', '2', false)")
            assert await connection.fetchval("SELECT secret FROM secrets_of_tenants") == "theirs"
        async with connected(running.admin_dsn) as admin:
            assert await admin.fetchval("SELECT has_database_privilege('pg_monitor', 'clone', 'CONNECT')") is False
    finally:
        running.drop_database("clone")


async def test_bootstrap_puts_right_what_it_finds_and_changes_passwords(running: EmbeddedServers) -> None:
    passwords = {role: running.home.secrets()[role] for role in Role}
    async with connected(running.admin_dsn) as admin:
        await admin.execute("ALTER ROLE mw_app BYPASSRLS CREATEDB; GRANT CONNECT ON DATABASE mailwarden TO PUBLIC")
        await bootstrap_roles(running.admin_dsn, passwords | {Role.APP: "another-password"})
        mighty = "SELECT rolbypassrls OR rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = 'mw_app'"
        assert await admin.fetchval(mighty) is False
        assert await admin.fetchval("SELECT has_database_privilege('pg_monitor', 'mailwarden', 'CONNECT')") is False
    async with connected(role_dsn(running.admin_dsn, Role.APP, "another-password", "mailwarden")) as app:
        assert await app.fetchval("SELECT current_user") == "mw_app"
    await bootstrap_roles(running.admin_dsn, passwords)


async def test_bootstrap_needs_no_superuser(running: EmbeddedServers) -> None:
    passwords = {role: running.home.secrets()[role] for role in Role}
    async with connected(running.admin_dsn) as admin:
        await admin.execute(f"CREATE ROLE hosted LOGIN CREATEROLE CREATEDB PASSWORD '{scram_verifier('hosted')}'")
        await admin.execute("GRANT mw_owner, mw_app, mw_system TO hosted WITH ADMIN TRUE")
        try:
            dsn = running.admin_dsn.replace(running.postgres.password, "hosted").replace("postgres:", "hosted:", 1)
            await bootstrap_roles(dsn.replace("hostedql", "postgresql"), passwords, "hosted_database")
            owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'hosted_database'"
            assert await admin.fetchval(owner) == "mw_owner"
        finally:
            running.drop_database("hosted_database")
            await admin.execute("REVOKE mw_owner, mw_app, mw_system FROM hosted CASCADE; DROP ROLE hosted")


@pytest.mark.parametrize("password", ["", "pässword"])
def test_passwords_that_clients_could_prepare_differently_are_refused(password: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        scram_verifier(password)


async def test_bootstrap_names_the_role_that_lacks_a_password(running: EmbeddedServers) -> None:
    with pytest.raises(ValueError, match="mw_app, mw_system"):
        await bootstrap_roles(running.admin_dsn, {Role.OWNER: "x"})

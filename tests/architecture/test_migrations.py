"""Models equal migrations; every step can be taken back; none waits long for a lock."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from mailwarden.migrate import configuration, migrate, scripts
from mailwarden.tables import metadata


@pytest.fixture
def bare_url(servers: EmbeddedServers, worker_id: str) -> Iterator[str]:
    """A database without a schema, as its owner."""
    name = f"bare_{worker_id}"
    servers.drop_database(name)
    servers.create_database(name)
    yield servers.database_url(Role.OWNER, name)
    servers.drop_database(name)


def look(url: str, read: Any) -> Any:
    async def work() -> Any:
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(read)
        finally:
            await engine.dispose()

    return asyncio.run(work())


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def objects(connection: Connection) -> list[str]:
    asked = text(
        "SELECT relkind::text || ' ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'f ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
    )
    return list(connection.scalars(asked))


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory(str(scripts())).get_heads()) == 1


def test_migrations_make_what_the_models_say(bare_url: str) -> None:
    migrate(bare_url)
    assert look(bare_url, differences) == []


def test_every_step_can_be_taken_back_and_again(bare_url: str) -> None:
    migrate(bare_url)
    everything = look(bare_url, objects)
    command.downgrade(configuration(bare_url), "base")
    assert [one for one in look(bare_url, objects) if "alembic_version" not in one] == []
    migrate(bare_url)
    assert look(bare_url, objects) == everything


def test_a_second_run_changes_nothing(bare_url: str) -> None:
    migrate(bare_url)
    migrate(bare_url)
    assert look(bare_url, differences) == []


def test_migrations_never_wait_long_for_a_lock() -> None:
    assert "SET lock_timeout" in (scripts() / "env.py").read_text()

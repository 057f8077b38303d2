"""One migrated template a schema version, one database a test process, emptied between tests."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers, embedded_servers
from mailwarden.embedded.servers import in_own_loop
from mailwarden.migrate import migrate, scripts

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local" / "test"

# As superuser: deletes bypass policies and foreign keys, and only tables with rows cost anything.
EMPTY = """
DO $$
DECLARE one record; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one.tablename) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM public.%I', one.tablename); END IF;
  END LOOP;
END $$
"""


def schema_version() -> str:
    digest = hashlib.sha256()
    for path in sorted((scripts() / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_template(servers: EmbeddedServers) -> str:
    """Migrated under another name first, so that a template is there whole or not at all."""
    name = f"template_{schema_version()}"
    with one_at_a_time():
        if not in_own_loop(_exists(servers, name)):
            making = f"{name}_making"
            servers.drop_database(making)
            servers.create_database(making)
            in_own_loop(asyncio.to_thread(migrate, servers.database_url(Role.OWNER, making)))
            in_own_loop(_rename(servers, making, name))
    return name


async def _exists(servers: EmbeddedServers, name: str) -> bool:
    admin = await asyncpg.connect(servers.admin_dsn)
    try:
        return await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name) is not None
    finally:
        await admin.close()


async def _rename(servers: EmbeddedServers, old: str, new: str) -> None:
    admin = await asyncpg.connect(servers.admin_dsn)
    try:
        await admin.execute(f"ALTER DATABASE {old} RENAME TO {new}")
    finally:
        await admin.close()


@contextmanager
def test_servers() -> Iterator[EmbeddedServers]:
    """Shared by all test processes of this checkout; the last one stops them."""
    with embedded_servers(FOLDER / "servers", fast=True) as servers:
        yield servers


@contextmanager
def fresh_database(servers: EmbeddedServers, label: str) -> Iterator[str]:
    """A clone of the template, dropped at the end."""
    template = ensure_template(servers)
    name = f"t_{label}_{os.getpid()}"
    with one_at_a_time():  # a template may not be copied twice at once
        servers.drop_database(name)
        servers.create_database(name, template)
    try:
        yield name
    finally:
        servers.drop_database(name)


def admin_dsn(servers: EmbeddedServers, database: str) -> str:
    return servers.admin_dsn.rsplit("/", 1)[0] + f"/{database}"


async def empty(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(EMPTY)
    finally:
        await connection.close()


async def set_clock_offset(dsn: str, seconds: float) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "INSERT INTO clock_offset (id, seconds) VALUES (true, $1)"
            " ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds",
            seconds,
        )
    finally:
        await connection.close()

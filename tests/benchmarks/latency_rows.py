"""An organization as it looks after some months of use, and its owner's session."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mailwarden.accounts.sessions import csrf_token
from mailwarden.compose import keyring
from mailwarden.core.crypto import token_hash
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.roles import Role
from mailwarden.embedded import EmbeddedServers
from mailwarden.settings import Settings
from mailwarden.tables import metadata
from tests.support.rows import Rows, fill, make_row

COUNTS = {"connections": 7, "sync_runs": 400, "campaigns": 2000, "alerts": 100, "events": 500}
TABLE = {"conn": "connections", "alrt": "alerts"}
TOKEN = "t" * 43


@dataclass
class Seeded:
    org_id: UUID
    csrf: str
    ids: dict[str, list[UUID]]
    cookie: str = TOKEN
    versions: dict[int, int] = field(default_factory=dict)

    def one(self, prefix: str, number: int) -> UUID:
        listed = self.ids[TABLE[prefix]]
        return listed[number % len(listed)]

    def named(self, prefix: str, number: int) -> str:
        return format_id(prefix, self.one(prefix, number)) if prefix else ""

    def bare(self, prefix: str, number: int) -> str:
        return str(self.one(prefix, number)) if prefix else ""


async def seed_rows(servers: EmbeddedServers, database: str) -> Seeded:
    keys = keyring(Settings(_env_file=None, environment="test"))
    engine = create_async_engine(servers.database_url(Role.OWNER, database))
    org_id = new_id()
    async with engine.begin() as connection:
        rows = await fill(connection, keys, org_id)
        session = metadata.tables["sessions"]
        now = datetime.now(UTC)
        fresh = {"token_hash": token_hash(TOKEN), "seen_at": now + timedelta(hours=1)}
        await connection.execute(session.update().where(session.c.id == rows["sessions"]["id"]).values(fresh))
        ids = {name: [rows[name]["id"]] for name in COUNTS}
        for name, count in COUNTS.items():
            ids[name] += [await _add(connection, name, rows, keys, org_id, number) for number in range(count)]
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
    await engine.dispose()
    return Seeded(org_id, csrf_token(keys, rows["sessions"]["id"]), ids)


async def _add(connection: AsyncConnection, name: str, rows: Rows, keys: Any, org_id: UUID, number: int) -> UUID:
    made = make_row(metadata.tables[name], rows, keys, org_id)
    made |= {key: f"{made[key]}-{number}" for key in ("external_id",) if key in made}
    made |= {key: new_id() for key in ("episode_id", "notice_id") if key in made}
    if name in ("campaigns",):
        made["sent_at"] = datetime.now(UTC) - timedelta(hours=number)
    await connection.execute(insert(metadata.tables[name]).values(made))
    found: UUID = made["id"]
    return found

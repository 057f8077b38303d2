"""What the API is compared with: FastAPI and asyncpg, and the same statements.

``bare`` runs the query alone. ``same duties`` also finds the session, sets the wall, reads the role and counts the
request in Redis, by hand and in one transaction: what is left is the cost of our layers.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request
from redis.asyncio import Redis

from mailwarden.core.crypto import token_hash
from mailwarden.core.limiter.counting import SCRIPT
from mailwarden.core.runtime import Limits

ORG, ID = "{org}", "{id}"
MEMBER = """
SELECT m.role, u.is_operator, u.email_verified_at FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.org_id = $1 AND m.user_id = $2
"""
WALL = "SELECT set_config('app.org_id', $1, true), set_config('app.user_id', $2, true)"
EPISODES = "SELECT * FROM episodes WHERE org_id = $1 AND connection_id = any($2) AND ended_at IS NULL"
INCIDENTS = "SELECT * FROM incidents WHERE ended_at IS NULL"
BY_PROVIDER = "SELECT provider, count(*) FROM connections WHERE org_id = $1 GROUP BY provider"
CAMPAIGNS = """
SELECT c.*, n.provider, n.account_label FROM campaigns c JOIN connections n ON n.id = c.connection_id
WHERE c.org_id = $1 ORDER BY c.sent_at DESC NULLS LAST, c.id DESC LIMIT 26
"""
RUNS = """
SELECT r.*, n.provider, n.account_label FROM sync_runs r JOIN connections n ON n.id = r.connection_id
WHERE r.org_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT 26
"""
ALERTS = "SELECT * FROM alerts WHERE org_id = $1 ORDER BY created_at DESC, id DESC LIMIT 26"
EVENTS = "SELECT * FROM events WHERE org_id = $1 AND position > 0 ORDER BY position LIMIT 26"
CONNECTIONS = "SELECT * FROM connections WHERE org_id = $1 ORDER BY created_at, id LIMIT 100"
CONNECTION = "SELECT * FROM connections WHERE org_id = $1 AND id = $2"
CHANGE = """
UPDATE connections SET sync_frequency = $3, version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $4
RETURNING *
"""
READ = "UPDATE alerts SET read_at = coalesce(read_at, app_now()) WHERE org_id = $1 AND id = $2 RETURNING *"


@dataclass
class Bench:
    """One transaction is one request."""

    pool: asyncpg.Pool
    redis: Any
    duties: bool
    script: Any = None

    @asynccontextmanager
    async def opened(self, request: Request, org_id: UUID) -> AsyncIterator[Any]:
        async with self.pool.acquire() as connection:
            if not self.duties:
                yield connection
                return
            async with connection.transaction():
                await self._perform(connection, request, org_id)
                yield connection

    async def _perform(self, connection: Any, request: Request, org_id: UUID) -> None:
        limits = Limits()
        hashed = token_hash(request.cookies["session"])
        found = await connection.fetchrow("SELECT * FROM find_session($1, interval '12 hours')", hashed)
        await connection.fetchrow(WALL, str(org_id), str(found["user_id"]))
        assert await connection.fetchrow(MEMBER, org_id, found["user_id"])
        keys = ["live", "user:1", "user:2", "organization:1", "organization:2"]
        arguments = [0, "", 0, 0, limits.user * 10**6, 60, limits.organization * 10**6, 60]
        self.script = self.script or self.redis.register_script(SCRIPT)
        await self.script(keys=keys, args=arguments, client=self.redis)


def bare_app(dsn: str, redis_url: str, duties: bool) -> FastAPI:
    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=8, max_size=10) as pool, Redis.from_url(redis_url) as redis:
            app.state.bench = Bench(pool, redis, duties)
            yield

    app = FastAPI(lifespan=opened)
    _reads(app)
    _writes(app)
    return app


def _pages(app: FastAPI, path: str, query: str) -> None:
    @app.get(path)
    async def page(request: Request, org: UUID) -> dict[str, Any]:
        async with request.app.state.bench.opened(request, org) as connection:
            rows = await connection.fetch(query, org)
        return {"data": [dict(row) for row in rows[:25]], "has_more": len(rows) > 25}


def _reads(app: FastAPI) -> None:
    pages = {"/campaigns": CAMPAIGNS, "/syncs": RUNS, "/alerts": ALERTS, "/events": EVENTS}
    for path, query in pages.items():
        _pages(app, path, query)

    @app.get("/integrations")
    async def integrations(request: Request, org: UUID) -> dict[str, Any]:
        async with request.app.state.bench.opened(request, org) as connection:
            rows = await connection.fetch(CONNECTIONS, org)
            episodes = await connection.fetch(EPISODES, org, [row["id"] for row in rows])
            counts = await connection.fetch(BY_PROVIDER, org)
            incidents = await connection.fetch(INCIDENTS)
        return {
            "connections": [dict(row) for row in rows],
            "episodes": [dict(row) for row in episodes],
            "counts": [dict(row) for row in counts],
            "incidents": [dict(row) for row in incidents],
        }

    @app.get("/connections/{one}")
    async def connection(request: Request, org: UUID, one: UUID) -> dict[str, Any]:
        async with request.app.state.bench.opened(request, org) as connection:
            row = await connection.fetchrow(CONNECTION, org, one)
            episodes = await connection.fetch(EPISODES, org, [one])
        return {**dict(row), "episodes": [dict(row) for row in episodes]}


def _writes(app: FastAPI) -> None:
    @app.patch("/connections/{one}")
    async def change(request: Request, org: UUID, one: UUID, body: dict[str, str]) -> dict[str, Any]:
        version = int(request.headers["if-match"].strip('"v'))
        async with request.app.state.bench.opened(request, org) as connection:
            return dict(await connection.fetchrow(CHANGE, org, one, body["sync_frequency"], version))

    @app.post("/alerts/{one}/read")
    async def read(request: Request, org: UUID, one: UUID) -> dict[str, Any]:
        async with request.app.state.bench.opened(request, org) as connection:
            return dict(await connection.fetchrow(READ, org, one))

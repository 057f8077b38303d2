"""Two organizations next door to each other, with a row of each in every table, and whoever may call for the first."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.db import make_sessions
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.developers.oauth.steps import Program, tokens_for
from tests.developers.steps import make_key
from tests.isolation.checks import Trial
from tests.isolation.party import Party, Tenant
from tests.support.browser import Browser
from tests.support.rows import Rows, fill

PROVIDER = "keap"  # of all connections: it gives figures and sends mail, so that nothing is refused for that
BASE = "http://127.0.0.1:8000"


@dataclass
class Street:
    """``owner`` is of mine. ``past_walls``: as the owner of the schema, whom row-level security does not bind."""

    runtime: Runtime
    owner: Browser
    mine: Tenant
    theirs: Tenant
    past_walls: AsyncEngine
    stack: AsyncExitStack = field(repr=False)

    def open(self, app: FastAPI) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=BASE)
        self.stack.push_async_callback(http.aclose)
        return http

    def trial(self, *, second_wall: bool = True, may_break: bool = False) -> Trial:
        rt = self.runtime if second_wall else replace(self.runtime, sessions=make_sessions(self.past_walls))
        return Trial(create_app(rt), self.mine, self.theirs, self.past_walls, may_break)

    def browser(self, trial: Trial, who: Browser | None = None) -> Party:
        who, http = who or self.owner, self.open(trial.app)
        http.cookies.update(who.http.cookies)
        http.headers["x-csrf"] = who.http.headers["x-csrf"]
        return Party("a browser", http)

    def program(self, trial: Trial, name: str, secret: str, scopes: frozenset[str]) -> Party:
        http = self.open(trial.app)
        http.headers["authorization"] = f"Bearer {secret}"
        return Party(name, http, scopes)

    async def key(self, trial: Trial, scopes: frozenset[str]) -> Party:
        made = await make_key(self.owner, sorted(scopes))
        return self.program(trial, "a key", made["secret"], scopes)

    async def token(self, trial: Trial, scopes: frozenset[str]) -> Party:
        asked = Program(self.open(trial.app))
        given = await tokens_for(asked, self.owner, scope=" ".join(sorted(scopes)))
        return self.program(trial, "a token", given["access_token"], scopes)

    async def parties(self, trial: Trial) -> list[Party]:
        return [self.browser(trial), await self.key(trial, SCOPES), await self.token(trial, SCOPES)]


@asynccontextmanager
async def open_street(rt: Runtime, owner: Browser, owner_url: str) -> AsyncIterator[Street]:
    past_walls, their_org = create_async_engine(owner_url), new_id()
    async with past_walls.begin() as connection:
        there: Rows = {"organizations": {"id": owner.org_id}, "users": {"id": owner.user_id}}
        there |= {name: {"id": new_id()} for name in ("memberships", "sessions", "second_factors")}
        mine = await fill(connection, rt.keys, owner.org_id, there)
        theirs = await fill(connection, rt.keys, their_org)
        await connection.execute(text("UPDATE connections SET provider = :name"), {"name": PROVIDER})
        await connection.execute(text("UPDATE users SET is_operator = true WHERE id = :id"), {"id": owner.user_id})
    async with AsyncExitStack() as stack:
        stack.push_async_callback(past_walls.dispose)
        yield Street(rt, owner, Tenant(owner.org_id, mine), Tenant(their_org, theirs), past_walls, stack)

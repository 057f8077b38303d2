"""Each wall alone keeps organizations apart: every operation, with the other's ids in every slot, both ways."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailwarden.core.db import make_sessions
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.support.browser import Browser
from tests.support.replies import Replies
from tests.support.routes import ID_PREFIXES, Operation, operations
from tests.support.rows import Rows, canary, fill, tenant_tables

TABLE_OF = {
    "connection_id": "connections",
    "sync_id": "sync_runs",
    "campaign_id": "campaigns",
    "alert_id": "alerts",
    "attempt_id": "oauth_attempts",
    "receipt_id": "reconnect_receipts",
    "mailbox_id": "mailbox_slots",
    "bundle_id": "support_bundles",
    "event_id": "events",
    "endpoint_id": "webhook_endpoints",
    "delivery_id": "webhook_deliveries",
    "member_id": "users",
    "invitation_id": "invitations",
    "request_id": "support_requests",
    "attachment_id": "support_attachments",
}


@dataclass
class Neighbours:
    mine: Rows
    theirs: Rows
    their_org: UUID
    http: httpx.AsyncClient
    operations: list[Operation]
    query_ids: dict[str, list[str]]  # by operation: the query parameters that are ids

    def ids(self, rows: Rows) -> dict[str, UUID]:
        return {parameter: rows[table]["id"] for parameter, table in TABLE_OF.items()}

    def tells(self, answer: httpx.Response) -> bool:
        """Does the answer hold anything of theirs that was not in the question?"""
        foreign = {row["id"].hex for row in self.theirs.values()} | {self.their_org.hex, canary(self.their_org)}
        asked = str(answer.request.url) + answer.request.content.decode()
        text = answer.text + json.dumps(dict(answer.headers))
        return any(one in text for one in foreign if one not in asked)


@pytest_asyncio.fixture(loop_scope="session")
async def without_second_wall(owner_url: str) -> AsyncIterator[AsyncEngine]:
    """As the owner of the schema, whom row-level security does not bind."""
    engine = create_async_engine(owner_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session", params=["both walls", "first wall alone"])
async def neighbours(
    runtime: Runtime,
    owner: Browser,
    replies: Replies,
    without_second_wall: AsyncEngine,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Neighbours]:
    their_org = new_id()
    async with without_second_wall.begin() as connection:
        there: Rows = {
            "organizations": {"id": owner.org_id},
            "users": {"id": owner.user_id},
            "memberships": {"id": new_id()},
            "sessions": {"id": new_id()},
        }
        mine = await fill(connection, runtime.keys, owner.org_id, there)
        theirs = await fill(connection, runtime.keys, their_org)
        await connection.execute(text("UPDATE users SET is_operator = true WHERE id = :id"), {"id": owner.user_id})
    replies["POST /oauth/2026-09/token"] = httpx.Response(400, json={"status": "BAD_REFRESH_TOKEN"})
    walled = request.param == "both walls"
    app = create_app(runtime if walled else replace(runtime, sessions=make_sessions(without_second_wall)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        http.cookies.update(owner.http.cookies)
        http.headers["x-csrf"] = owner.me["csrf_token"]
        yield Neighbours(mine, theirs, their_org, http, operations(app), query_ids(app.openapi()))


def query_ids(document: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in document["paths"].values():
        for operation in item.values():
            given = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            found[operation["operationId"]] = [name for name in given if name in ID_PREFIXES]
    return found


BODIES: dict[str, dict[str, Any]] = {
    "update_organization": {"name": "New"},
    "update_connection": {"sync_frequency": "daily"},
    "change_member_role": {"role": "manager"},
    "replay_webhook_deliveries": {"since": "2026-01-01T00:00:00Z"},
}
ENDS_THE_SESSION = {"sign_out"}
STREAMS = {"stream_sync", "watch_sync", "sync_events", "stream_sync_events"}


async def ask(one: Operation, near: Neighbours, ids: dict[str, UUID], **query: str) -> httpx.Response:
    kwargs: dict[str, Any] = {"params": query, "headers": {"If-Match": '"v1"'}}
    if one.method in ("POST", "PATCH", "PUT"):
        kwargs["json"] = BODIES.get(one.name, {})
    return await near.http.request(one.method, one.example_path(ids), **kwargs)


async def rows_of(engine: AsyncEngine, org_id: UUID) -> str:
    lines: list[str] = []
    async with engine.connect() as connection:
        for table in tenant_tables():
            owned = table.c.org_id == org_id if "org_id" in table.c else table.c.id == org_id
            lines += sorted(str(dict(row)) for row in (await connection.execute(select(table).where(owned))).mappings())
    return "\n".join(lines)


def reads(near: Neighbours) -> list[Operation]:
    return [one for one in near.operations if one.method == "GET" and one.name not in STREAMS and one.permission]


async def test_my_own_ids_are_answered_and_tell_nothing_of_them(neighbours: Neighbours) -> None:
    """The positive control: without it, a 404 for everything would pass the tests below."""
    for one in reads(neighbours):
        answer = await ask(one, neighbours, neighbours.ids(neighbours.mine))
        assert answer.status_code in (200, 303), (one, answer.text)
        assert not neighbours.tells(answer), one


async def test_their_ids_in_a_path_name_nothing(neighbours: Neighbours, without_second_wall: AsyncEngine) -> None:
    before = await rows_of(without_second_wall, neighbours.their_org)
    for one in neighbours.operations:
        if any(parameter in one.path for parameter in TABLE_OF):
            answer = await ask(one, neighbours, neighbours.ids(neighbours.theirs))
            assert answer.status_code == 404, (one, answer.text)
            assert not neighbours.tells(answer), one
    assert await rows_of(without_second_wall, neighbours.their_org) == before


async def test_their_ids_in_a_query_find_nothing(neighbours: Neighbours) -> None:
    for one in reads(neighbours):
        for parameter in neighbours.query_ids[one.name]:
            theirs = format_id(ID_PREFIXES[parameter], neighbours.ids(neighbours.theirs)[parameter])
            answer = await ask(one, neighbours, neighbours.ids(neighbours.mine), **{parameter: theirs})
            assert answer.status_code in (200, 404), (one, answer.text)
            assert not neighbours.tells(answer), one


async def test_writes_of_mine_leave_their_rows_alone(neighbours: Neighbours, without_second_wall: AsyncEngine) -> None:
    before = await rows_of(without_second_wall, neighbours.their_org)
    for one in neighbours.operations:
        if one.method != "GET" and one.permission and one.name not in ENDS_THE_SESSION:
            answer = await ask(one, neighbours, neighbours.ids(neighbours.mine))
            assert answer.status_code < 500, (one, answer.text)
            assert not neighbours.tells(answer), one
    assert await rows_of(without_second_wall, neighbours.their_org) == before

"""No other site can make a signed-in browser change anything, whichever operation it tries."""

import hashlib
from typing import Any

import asyncpg
import httpx
import pytest

from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.main import create_app, schema
from tests.support.browser import PASSWORD, Browser
from tests.support.database import admin_dsn
from tests.support.routes import Operation, operations

SAME_SITE = "http://127.0.0.1:8000"
DOCUMENT = schema()
FOREIGN = [
    "https://evil.example",
    "http://127.0.0.1:9",
    "https://127.0.0.1:8000",
    "null",
    "http://127.0.0.1:8000.evil.example",
]


@pytest.fixture
def writes(runtime: Runtime) -> list[Operation]:
    return [one for one in operations(create_app(runtime)) if one.method != "GET"]


@pytest.fixture
def session_writes(writes: list[Operation]) -> list[Operation]:
    return [one for one in writes if one.permission is not None]


async def ask(http: httpx.AsyncClient, operation: Operation, **kwargs: object) -> httpx.Response:
    return await http.request(operation.method, operation.example_path(), **kwargs)  # type: ignore[arg-type]


async def fingerprint(servers: EmbeddedServers, database: str) -> str:
    """Of every row in the database."""
    admin = await asyncpg.connect(admin_dsn(servers, database))
    try:
        tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        digest = hashlib.sha256()
        for (table,) in tables:
            rows = await admin.fetchval(f"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM \"{table}\" t")
            digest.update(f"{table}: {rows}\n".encode())
        return digest.hexdigest()
    finally:
        await admin.close()


async def test_every_write_needs_the_token_of_the_session(owner: Browser, session_writes: list[Operation]) -> None:
    assert session_writes
    for token in (None, "", "x" * 64, owner.me["csrf_token"][:-1], "ü"):
        owner.http.headers.pop("x-csrf", None)
        headers = {} if token is None else {"X-CSRF": token.encode()}
        for operation in session_writes:
            answer = await ask(owner.http, operation, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), operation


async def test_no_write_is_taken_from_another_origin(owner: Browser, writes: list[Operation]) -> None:
    for origin in FOREIGN:
        for operation in writes:
            answer = await ask(owner.http, operation, headers={"Origin": origin}, json=example_body(operation))
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), (operation, origin)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_write_is_taken_that_the_browser_calls_foreign(
    owner: Browser, writes: list[Operation], site: str
) -> None:
    for operation in writes:
        headers = {"Origin": SAME_SITE, "Sec-Fetch-Site": site}
        answer = await ask(owner.http, operation, headers=headers, json=example_body(operation))
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed"), operation


async def test_a_form_cannot_sign_anybody_in(owner: Browser, writes: list[Operation]) -> None:
    """Forms send text/plain and urlencoded bodies to any site without asking; we read JSON only."""
    body = '{"email": "owner@example.com", "password": "' + PASSWORD + '"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = await owner.http.post("/v1/auth/sign-in", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 415, 422), kind
        assert "set-cookie" not in answer.headers


async def test_refused_writes_change_nothing(
    owner: Browser, session_writes: list[Operation], servers: EmbeddedServers, database: str
) -> None:
    before = await fingerprint(servers, database)
    for operation in session_writes:
        await ask(owner.http, operation, headers={"Origin": "https://evil.example"}, json={})
    assert await fingerprint(servers, database) == before


async def test_our_own_page_may_write(owner: Browser) -> None:
    headers = {"Origin": SAME_SITE, "Sec-Fetch-Site": "same-origin"}
    assert (await owner.post("/v1/alerts/read-all", headers=headers)).status_code == 200


async def test_the_token_of_one_session_is_worth_nothing_in_another(owner: Browser, new_client: object) -> None:
    old = owner.http.headers["x-csrf"]
    await owner.post("/v1/auth/sign-in", {"email": "owner@example.com", "password": PASSWORD})
    answer = await owner.post("/v1/alerts/read-all", headers={"X-CSRF": old})
    assert answer.status_code == 403


def example_body(operation: Operation) -> Any:
    """As the description shows it: well-formed, so that nothing but the origin can be wrong."""
    content = DOCUMENT["paths"][operation.path][operation.method.lower()].get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example", {})

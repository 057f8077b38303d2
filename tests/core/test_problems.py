"""Every error is a problem with a stable code and a reference, and tells nothing of the inside."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from sqlalchemy import text

from mailwarden.core.api import Problem, Tx
from mailwarden.core.db import make_engine, make_sessions
from mailwarden.core.errors import TooManyRequests
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.conftest import NewClient
from tests.support.browser import Browser

CANARY = "canary-3f9a"


def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = Problem.model_validate(answer.json())
    assert (body.status, body.code, body.type) == (status, code, f"/errors/{code}")
    assert body.request_id == answer.headers["request-id"]
    assert answer.headers.get_list("request-id") == [body.request_id]
    assert CANARY not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    shown: dict[str, Any] = answer.json()
    return shown


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        yield http


async def test_an_unknown_path_of_the_api_is_a_problem(new_client: NewClient) -> None:
    for method in ("GET", "POST", "DELETE"):
        check(await new_client().request(method, "/v1/nonsense"), 404, "not_found")


async def test_a_wrong_method_is_a_problem(new_client: NewClient) -> None:
    answer = await new_client().put("/v1/me")
    assert answer.status_code in (404, 405)
    check(answer, answer.status_code, answer.json()["code"])


async def test_no_session_is_a_problem(new_client: NewClient) -> None:
    check(await new_client().get("/v1/me"), 401, "unauthenticated")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"email": 1}', '{"email": "\\ud800"}', "{" * 2000])
async def test_a_body_of_the_wrong_shape_is_a_problem(new_client: NewClient, content: str) -> None:
    answer = await new_client().post("/v1/auth/sign-in", content=content, headers={"Content-Type": "application/json"})
    body = check(answer, 422, "validation_error")
    assert all(error["pointer"].startswith("#/") for error in body["errors"])


async def test_a_body_that_cannot_be_read_is_a_problem(new_client: NewClient) -> None:
    content, kind = '{"a": ' + "9" * 5000 + "}", {"Content-Type": "application/json"}
    check(await new_client().post("/v1/auth/sign-in", content=content, headers=kind), 400, "bad_request")


async def test_a_refused_password_is_not_repeated(new_client: NewClient) -> None:
    given = {"email": "a@example.com", "password": CANARY[:5], "name": "Pat", "organization_name": "Acme"}
    answer = await new_client().post("/v1/auth/sign-up", json=given)
    assert answer.status_code == 422
    assert CANARY[:5] not in answer.text


@pytest.mark.parametrize("alert_id", ["nonsense", "alrt_1", "conn_" + "0" * 32, "alrt_" + "0" * 32, "%00"])
async def test_an_id_of_nothing_is_not_found(owner: Browser, alert_id: str) -> None:
    check(await owner.post(f"/v1/alerts/{alert_id}/read"), 404, "not_found")


@pytest.mark.parametrize("cursor", ["x", "a" * 4000, "\x00", "ü"])
async def test_a_made_up_cursor_is_a_problem(owner: Browser, cursor: str) -> None:
    check(await owner.get("/v1/alerts", params={"cursor": cursor}), 400, "invalid_cursor")


async def test_a_crash_tells_only_its_reference(runtime: Runtime) -> None:
    app = create_app(runtime)

    async def crash() -> None:
        raise RuntimeError(CANARY)

    async def broken_sql(tx: Tx) -> None:
        await tx.session.execute(text(f"SELECT '{CANARY}' FROM no_such_table"))

    _add_first(app, "/crash", crash)
    _add_first(app, "/broken-sql", broken_sql)
    async with client_of(app) as http:
        check(await http.get("/crash"), 500, "internal_error")
        check(await http.get("/broken-sql"), 500, "internal_error")


async def test_the_frameworks_own_errors_are_problems_with_their_headers(runtime: Runtime) -> None:
    app = create_app(runtime)

    async def teapot() -> None:
        raise HTTPException(418, "short and stout", {"X-Kept": "yes"})

    async def busy() -> None:
        raise TooManyRequests("Slow down.", headers={"Retry-After": "7"})

    _add_first(app, "/teapot", teapot)
    _add_first(app, "/busy", busy)
    async with client_of(app) as http:
        answer = await http.get("/teapot")
        check(answer, 418, "http_error")
        assert answer.headers["x-kept"] == "yes"
        answer = await http.get("/busy")
        assert check(answer, 429, "too_many_requests")["retryable"] is True
        assert answer.headers["retry-after"] == "7"


def _add_first(app: FastAPI, path: str, endpoint: Any) -> None:
    app.add_api_route(path, endpoint)
    app.router.routes.insert(0, app.router.routes.pop())


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503, "service_unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", 503, "service_unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", 503, "service_unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", 503, "service_unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '55P03'; END $$", 503, "service_unavailable"),
        ("DO $$ BEGIN RAISE SQLSTATE '22021'; END $$", 422, "not_text"),
        ("SELECT 1 / 0", 500, "internal_error"),
    ],
)
async def test_what_passes_by_itself_may_be_retried(runtime: Runtime, statement: str, status: int, code: str) -> None:
    app = create_app(runtime)

    async def trouble(tx: Tx) -> None:
        await tx.session.execute(text(statement))

    _add_first(app, "/trouble", trouble)
    async with client_of(app) as http:
        answer = await http.get("/trouble")
    assert check(answer, status, code)["retryable"] is (status == 503)
    assert ("retry-after" in answer.headers) is (status == 503)


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_a_database_that_is_away_is_a_503(runtime: Runtime, owner: Browser) -> None:
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    closing = server.sockets[0].getsockname()[1]
    for port in (1, closing):
        url = f"postgresql+asyncpg://x:{CANARY}@127.0.0.1:{port}/x"
        engine = make_engine(url, pool_size=2, statement_timeout_ms=1000, application="test")
        async with client_of(create_app(replace(runtime, sessions=make_sessions(engine)))) as http:
            http.cookies.update(owner.http.cookies)
            check(await http.get("/v1/me"), 503, "service_unavailable")
            given = {"email": "a@example.com", "password": "x" * 12}
            check(await http.post("/v1/auth/sign-in", json=given), 503, "service_unavailable")
            assert (await http.get("/healthz")).status_code == 200
            assert (await http.get("/readyz")).status_code == 503
        await engine.dispose()
    server.close()
    await server.wait_closed()


async def test_a_full_pool_is_a_503(runtime: Runtime, owner: Browser, database_url: str) -> None:
    engine = make_engine(database_url, pool_size=2, statement_timeout_ms=1000, application="test")
    engine.sync_engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # or the test would take 5 s
    app = create_app(replace(runtime, sessions=make_sessions(engine)))
    async with engine.connect(), engine.connect(), client_of(app) as http:
        http.cookies.update(owner.http.cookies)
        check(await http.get("/v1/me"), 503, "service_unavailable")
    await engine.dispose()


async def test_every_answer_is_named_and_no_two_alike(owner: Browser) -> None:
    answers = [await owner.get(path) for path in ("/v1/me", "/healthz", "/nonsense", "/v1/nonsense", "/metrics")]
    answers.append(await owner.post("/v1/alerts/read-all", headers={"X-Request-Id": "req_mine"}))
    names = [answer.headers["request-id"] for answer in answers]
    assert len(set(names)) == len(names)
    assert all(name.startswith("req_") and name != "req_mine" for name in names)

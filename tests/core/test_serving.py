"""Slow clients are let go, and who comes when there is no place waits a moment and is sent away."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from mailwarden.core import body_limit
from mailwarden.core.api import RequestIdentity
from mailwarden.core.body_limit import LimitBody
from mailwarden.core.crowd import ShedLoad
from mailwarden.core.server import Hurried, Leaving, Server

SOON_S = 0.3


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="critical", http=Hurried)
    server = Server(config, linger_s=0)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"length": len(await request.body())})


APP = LimitBody(Starlette(routes=[Route("/v1/echo", echo, methods=["GET", "POST"])]), under="/v1/", larger={})


async def ends_within(reader: asyncio.StreamReader, seconds: float) -> bytes:
    async with asyncio.timeout(seconds):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("sent", [b"", b"GET /v1/echo HT", b"GET /v1/echo HTTP/1.1\r\nhost: a\r\n\r\nGET /v1"])
async def test_who_brings_no_whole_request_is_let_go(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(Hurried, "head_s", SOON_S)
    async with served(APP) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await ends_within(reader, 3)
        writer.close()
        async with httpx.AsyncClient() as http:
            for _ in range(2):
                assert (await http.get(f"http://127.0.0.1:{port}/v1/echo")).status_code == 200
    assert Hurried.waiting == {}


async def drip(writer: asyncio.StreamWriter, until: float) -> None:
    while time.monotonic() < until:
        writer.write(b"G")
        await writer.drain()
        await asyncio.sleep(0.02)


async def test_bytes_that_drip_are_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hurried, "head_s", SOON_S)
    async with served(APP) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            await drip(writer, began + 5)
        assert time.monotonic() - began < 3


async def test_past_the_most_who_waits_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hurried, "most", 2)
    async with served(APP) as port:
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert await ends_within(opened[0][0], 2) == b""
        assert len(Hurried.waiting) == 2
        for _, writer in opened:
            writer.close()


async def test_a_body_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "WHOLE_S", SOON_S)
    monkeypatch.setattr(body_limit, "SLOWEST", 1 << 30)
    async with served(APP) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345")
        assert (await ends_within(reader, 3)).startswith(b"HTTP/1.1 408")
        writer.close()


async def test_the_crowd_waits_a_moment_and_is_sent_away() -> None:
    going = asyncio.Event()

    async def slow(_: Request) -> JSONResponse:
        await going.wait()
        return JSONResponse({})

    app = RequestIdentity(ShedLoad(Starlette(routes=[Route("/v1/slow", slow), Route("/healthz", echo)]), 1, 0.1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as http:
        first = asyncio.create_task(http.get("/v1/slow"))
        await asyncio.sleep(0.02)
        refused = await http.get("/v1/slow")
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "busy", "2")
        assert (await http.get("/healthz")).status_code == 200
        second = asyncio.create_task(http.get("/v1/slow"))
        await asyncio.sleep(0.02)
        going.set()
        assert [(await one).status_code for one in (first, second)] == [200, 200]


async def test_what_streams_holds_no_place() -> None:
    going = asyncio.Event()

    async def stream(_: Request) -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"one"
            await going.wait()

        return StreamingResponse(lines())

    app = RequestIdentity(ShedLoad(Starlette(routes=[Route("/v1/s", stream), Route("/v1/e", echo)]), 1, 0.1))
    async with (
        served(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
        http.stream("GET", "/v1/s"),
    ):
        assert (await http.get("/v1/e")).status_code == 200
        going.set()


async def test_whoever_leaves_closes_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Leaving, "now", True)
    app = RequestIdentity(Starlette(routes=[Route("/v1/e", echo)]))
    async with served(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        assert (await http.get("/v1/e")).headers["connection"] == "close"


async def test_a_head_that_came_at_once_has_a_limit_too() -> None:
    async with served(RequestIdentity(APP)) as port, httpx.AsyncClient() as http:
        url, long = f"http://127.0.0.1:{port}/v1/echo", "x" * 70_000
        answer = await http.get(url, headers={"X-Long": long})
        assert answer.status_code in (400, 431)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(RequestIdentity(APP)), base_url="http://a") as http:
        answer = await http.get("/v1/echo", headers={"X-Long": "x" * 70_000})
        assert (answer.status_code, answer.json()["code"]) == (431, "head_too_large")

"""Over real sockets: what httpx's own limits do not stop."""

import asyncio
import gzip
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from mailwarden.core.egress import EgressGuard
from mailwarden.core.http import Answer, NoAnswer, build_http, redact, send_once

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"


async def ask(url: str, *, deadline_s: float = 5, max_bytes: int = 1000, guard: EgressGuard | None = None) -> Answer:
    async with build_http(guard=guard) as http:
        return await send_once(http, http.build_request("GET", url), deadline_s=deadline_s, max_bytes=max_bytes)


async def refused(url: str, **limits: float) -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        await ask(url, **limits)  # type: ignore[arg-type]
    return caught.value


def sends(data: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return talk


async def test_an_answer_comes_whole():
    async with serving(sends(HEAD + b'X-Id: 7\r\nContent-Length: 9\r\n\r\n{"a": 12}')) as url:
        answer = await ask(url)
    assert (answer.status, answer.body, answer.headers["x-id"]) == (200, b'{"a": 12}', "7")


async def test_a_slow_loris_is_cut_at_the_deadline():
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 900\r\n\r\n")
        for _ in range(900):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    started = time.monotonic()
    async with serving(drip) as url:
        trouble = await refused(url, deadline_s=0.5)
    assert time.monotonic() - started < 2
    assert (trouble.sent, trouble.worth_repeating) == (True, False)


async def test_headers_that_never_end_are_cut_at_the_deadline():
    async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)

    async with serving(silence) as url:
        trouble = await refused(url, deadline_s=0.3)
    assert trouble.sent


async def test_a_huge_body_is_cut_at_its_cap():
    written = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(HEAD + b"Content-Length: 50000000\r\n\r\n")
        for _ in range(500):
            writer.write(b"x" * 100_000)
            written += 100_000
            await writer.drain()

    async with serving(flood) as url:
        trouble = await refused(url, max_bytes=1_000_000)
    assert (trouble.sent, trouble.worth_repeating) == (True, False)
    assert written < 30_000_000


async def test_a_compression_bomb_is_cut_while_it_unpacks():
    bomb = gzip.compress(b"0" * 50_000_000)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with serving(sends(head + bomb)) as url:
        trouble = await refused(url, max_bytes=1_000_000)
    assert "larger than 1000000 bytes" in str(trouble)


async def test_a_compressed_answer_is_unpacked():
    packed = gzip.compress(b'{"a": 1}')
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with serving(sends(head + packed)) as url:
        assert (await ask(url)).body == b'{"a": 1}'


@pytest.mark.parametrize("encoding", [b"br", b"gzip"])
async def test_an_encoding_that_we_cannot_read_is_refused(encoding):
    head = HEAD + b"Content-Encoding: " + encoding + b"\r\nContent-Length: 4\r\n\r\njunk"
    async with serving(sends(head)) as url:
        assert (await refused(url)).sent


@pytest.mark.parametrize("data", [b"", HEAD, HEAD + b"Content-Length: 50\r\n\r\n{}", b"nonsense\r\n\r\n"])
async def test_an_answer_that_breaks_off_may_have_had_its_effect(data):
    async with serving(sends(data)) as url:
        trouble = await refused(url)
    assert (trouble.sent, trouble.worth_repeating) == (True, True)


async def test_a_refused_connection_had_no_effect():
    async with serving(sends(b"")) as url:
        pass
    assert not (await refused(url)).sent


async def test_a_tls_failure_had_no_effect():
    async with serving(sends(b"not tls")) as url:
        assert not (await refused(url.replace("http:", "https:"), deadline_s=2)).sent


async def test_a_redirect_is_an_answer_and_is_not_followed():
    head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with serving(sends(head)) as url:
        assert (await ask(url)).status == 302


async def test_a_process_that_slept_past_the_deadline_sends_nothing_when_it_wakes():
    arrived: list[bytes] = []

    async def listen(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        arrived.append(b"request")

    async def suspended(_host: str, _port: int) -> list[str]:
        time.sleep(0.4)  # noqa: ASYNC251 - the whole process stands still
        return ["127.0.0.1"]

    guard = EgressGuard(allow=["127.0.0.1/32"], resolve=suspended)
    async with serving(listen) as url:
        with pytest.raises(NoAnswer) as caught:
            await ask(url, deadline_s=0.2, guard=guard)
    assert (caught.value.sent, arrived) == (False, [])


async def test_cookies_of_one_call_do_not_reach_the_next():
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(HEAD + b"Set-Cookie: tenant=a; Path=/\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    async with server, build_http() as http:
        for _ in range(2):
            await send_once(http, http.build_request("GET", url), deadline_s=5, max_bytes=1000)
        assert len(http.cookies) == 0
    assert len(seen) == 2
    assert not any(b"cookie" in head.lower() for head in seen)


async def test_the_guard_decides_at_the_socket():
    async with serving(sends(HEAD + b"Content-Length: 2\r\n\r\n{}")) as url:
        with pytest.raises(NoAnswer) as caught:
            await ask(url, guard=EgressGuard(ports=None))
        assert (caught.value.sent, str(caught.value)) == (False, "this host or port is not allowed")
        assert (await ask(url, guard=EgressGuard(allow=["127.0.0.0/8"]))).status == 200


async def test_the_guard_keeps_the_name_for_tls_and_host():
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(600))
        writer.close()

    async def resolve(host: str, port: int) -> list[str]:
        assert host == "hooks.example.test"
        return ["127.0.0.1"]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    guard = EgressGuard(allow=["127.0.0.1/32"], resolve=resolve)
    async with server:
        for scheme in ("http", "https"):
            with pytest.raises(NoAnswer):
                await ask(f"{scheme}://hooks.example.test:{port}/x", guard=guard, deadline_s=2)
    assert b"host: hooks.example.test" in seen[0].lower()
    assert b"hooks.example.test" in seen[1]  # the server name of the TLS hello


def test_certificates_are_checked_unless_a_context_says_otherwise():
    async def mode(**how: ssl.SSLContext) -> ssl.VerifyMode:
        async with build_http(**how) as http:  # type: ignore[arg-type]
            context: ssl.SSLContext = http._transport._pool._ssl_context  # type: ignore[attr-defined]
            return context.verify_mode

    assert asyncio.run(mode()) == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("refresh token is invalid, expired or revoked", "refresh token is invalid, expired or revoked"),
        ("token CJ7f0aaaa1111bbbb2222cccc is bad", "token [redacted] is bad"),
        ("Authorization: Bearer abc", "Authorization: Bearer [redacted]"),
        ("basic dXNlcjpwYXNz rejected", "basic [redacted] rejected"),
        ("mail jane.doe+x@example.test now", "mail [e-mail] now"),
        ("needs crm.objects.contacts.read", "needs crm.objects.contacts.read"),
        ("line\r\nbreak\x00\x1b[31m  spaces", "line break [31m spaces"),
        ("the hidden word", "the [redacted] word"),
        ("", ""),
    ],
)
def test_texts_of_providers_are_made_safe(said, kept):
    assert redact(said, secrets=("hidden", "")) == kept


def test_texts_are_short():
    assert len(redact("word " * 1000)) == 300
    started = time.monotonic()
    redact("a1" * 5_000_000)
    assert time.monotonic() - started < 2


async def test_an_answer_held_in_memory_counts_too():
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=b"x" * 2000))
    async with httpx.AsyncClient(transport=transport) as http:
        request = http.build_request("GET", "http://x.test/")
        with pytest.raises(NoAnswer, match="larger"):
            await send_once(http, request, deadline_s=5, max_bytes=1000)

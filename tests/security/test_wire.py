"""Where one request ends and the next begins: a front server and ours must not see it differently."""

import asyncio

import pytest

from mailwarden.core.runtime import Runtime
from tests.support.live import live_api

END = "\r\n\r\n"
BOTH = (
    "POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close"
    + END
)
INNER = "GET /v1/smuggled HTTP/1.1\r\nHost: x" + END
AMBIGUOUS = {
    "two lengths": f"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5{END}abcd",
    "a length that is none": f"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: +4{END}abcd",
    "an unknown coding": f"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked{END}0{END}",
    "a folded header": f"GET /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\r\n : chunked{END}",
    "a space before the colon": f"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length : 4{END}abcd",
}


async def said(url: str, request: str) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request.encode())
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


@pytest.mark.parametrize("request_", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_an_ambiguous_request_is_refused_and_the_connection_closed(runtime: Runtime, request_: str) -> None:
    async with live_api(runtime) as live:
        answer = await said(live.url, request_ + INNER)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"smuggled" not in answer
    assert answer.count(b"HTTP/1.1") == 1


async def test_chunks_win_over_a_length_and_nothing_is_left_over(runtime: Runtime) -> None:
    """RFC 9112 §6.3: chunks decide; so what a length would have left over is not a request of its own."""
    async with live_api(runtime) as live:
        answer = await said(live.url, f"{BOTH}0{END}")
    assert answer.count(b"HTTP/1.1") == 1

"""Answers that are none, and answers that nobody should believe."""

import asyncio

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.faults.store import Fault
from mailwarden_sandbox.provider import Provider
from mailwarden_sandbox.responses import html_answer
from mailwarden_sandbox.transport import Exchange

_MEBIBYTE = 1 << 20

_CHALLENGE = """<!DOCTYPE html><html lang="en"><head><title>Just a moment...</title></head>
<body><h1>Checking your browser</h1><p>Enable JavaScript and cookies to continue.</p></body></html>"""

_MAINTENANCE = """<!DOCTYPE html><html lang="en"><head><title>We will be back soon</title></head>
<body><h1>Scheduled maintenance</h1></body></html>"""


async def stop(exchange: Exchange, provider: Provider, call: Call, fault: Fault) -> int | None:
    """Give the fault's answer instead of the real one. The status, or None where there was no answer."""
    if fault.kind == "timeout":
        await exchange.hang(fault.number("hold_s", 120))
        return None
    if fault.kind == "reset":
        await _reset(exchange, fault)
        return None
    if fault.kind == "huge_body":
        await _flood(exchange, int(fault.number("mb", 64)))
        return 200
    response = _replacement(provider, call, fault)
    await exchange.answer(response)
    return response.status_code


def _replacement(provider: Provider, call: Call, fault: Fault) -> Response:
    if fault.kind == "status":
        return provider.refuse(call, int(fault.params["code"]), fault.params.get("retry_after"))
    if fault.kind == "random_invalid_grant":
        return provider.dead_refresh(call, fault.params.get("variant"))
    if fault.kind == "html_403":
        return html_answer(_CHALLENGE, 403, {"cf-mitigated": "challenge", "server": "cloudflare"})
    if fault.kind == "wrong_content_type":
        return html_answer(_MAINTENANCE)
    return Response(b'{"total":17,"results":[{"id":"18\xff\xfe\x00', media_type="application/json")


async def _reset(exchange: Exchange, fault: Fault) -> None:
    """``when: mid`` cuts after a part of the answer, so that the caller has a status and half a body."""
    if fault.params.get("when") == "mid":
        await exchange.start(200, {"content-type": "application/json", "content-length": "4096"})
        await exchange.write(b'{"results":[', more=True)
    await exchange.cut()


async def _flood(exchange: Exchange, mebibytes: int) -> None:
    await exchange.start(200, {"content-type": "application/json"})
    await exchange.write(b'{"results":["', more=True)
    for _ in range(mebibytes):
        if exchange.left:
            return
        await exchange.write(b"A" * _MEBIBYTE, more=True)
        await asyncio.sleep(0)  # lets the loop notice that the caller left
    await exchange.write(b'"]}', more=False)

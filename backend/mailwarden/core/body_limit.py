"""No request makes us hold more than its route can use, or for longer."""

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailwarden.core.api import problem
from mailwarden.core.errors import AppError

MOST = 1 << 20  # bytes of a body where nothing else is said
SLOWEST = 1 << 17  # bytes a second of a larger body
HEAD = 1 << 16  # bytes of a request's line and headers
WHOLE_S = 30.0  # for all of an ordinary body


class HeadTooLarge(AppError):
    status, code, title = 431, "head_too_large", "The request's head is too large"


class LimitBody:
    """ASGI: a larger body is answered 413 where it is read. ``larger``: paths of these patterns may take more.

    Only what begins with ``under`` is looked at; other receivers have limits of their own.
    """

    def __init__(self, app: ASGIApp, under: str, larger: Mapping[str, int]) -> None:
        self._app = app
        self._under = under
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if _size_of_head(scope) > HEAD:
                refusal = HeadTooLarge(f"The head is larger than {HEAD >> 10} KiB.", headers={"Connection": "close"})
                await problem(Request(scope), refusal)(scope, receive, send)
                return
            most = next((size for pattern, size in self._larger.items() if fnmatchcase(scope["path"], pattern)), MOST)
            receive = _hurried(max(WHOLE_S, most / SLOWEST), receive)
            if scope["path"].startswith(self._under):
                receive = _counted(most, receive)
        await self._app(scope, receive, send)


def _size_of_head(scope: Scope) -> int:
    """The server itself stops a head only while it is incomplete: one that came at once it takes at any size."""
    lines = sum(len(name) + len(value) for name, value in scope["headers"])
    return lines + len(scope["query_string"]) + len(scope["path"])


def _hurried(within_s: float, receive: Receive) -> Receive:
    """One deadline over the whole body: a byte now and then is no progress. What comes after the body may wait."""
    ends, whole = asyncio.get_running_loop().time() + within_s, False

    async def hurried() -> Message:
        nonlocal whole
        try:
            async with asyncio.timeout_at(None if whole else ends):
                message = await receive()
        except TimeoutError:
            text = f"The body did not come within {within_s:g} seconds."
            raise HTTPException(408, text, {"Connection": "close"}) from None
        whole = whole or not message.get("more_body", False)
        return message

    return hurried


def _counted(most: int, receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, f"The body is larger than {most >> 20} MiB.", {"Connection": "close"})
        return message

    return counted

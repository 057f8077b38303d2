"""No request makes us hold more than its route can use, or for longer."""

import asyncio
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20  # bytes of a body where nothing else is said
SLOWEST = 1 << 17  # bytes a second of a larger body
WHOLE_S = 30.0  # for all of an ordinary body


class LimitBody:
    """ASGI: a larger body is answered 413 where it is read. ``larger``: paths that begin so may take more.

    Only what begins with ``under`` is looked at; other receivers have limits of their own.
    """

    def __init__(self, app: ASGIApp, under: str, larger: Mapping[str, int]) -> None:
        self._app = app
        self._under = under
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            most = next((size for begin, size in self._larger.items() if scope["path"].startswith(begin)), MOST)
            receive = _hurried(max(WHOLE_S, most / SLOWEST), receive)
            if scope["path"].startswith(self._under):
                receive = _counted(most, receive)
        await self._app(scope, receive, send)


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

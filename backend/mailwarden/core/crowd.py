"""More requests than can be worked on wait a moment, in the order in which they came, and are then sent away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailwarden.core.api import problem
from mailwarden.core.errors import ServiceUnavailable

AT_ONCE = 64
PATIENCE_S = 1.0
SERVED = ("/v1/", "/oauth/")  # health, metrics and the hooks of providers never wait here


class Busy(ServiceUnavailable):
    code, title = "busy", "Too busy just now"


class ShedLoad:
    """ASGI. A place is held while there is work: not while a body comes in, and not once the answer has begun.

    Otherwise as many clients as there are places, each sending a byte now and then, would keep everybody out.
    """

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._places = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(SERVED):
            await self._app(scope, receive, send)
        elif await self._enter():
            await self._work(scope, receive, send)
        else:
            busy = Busy("Everybody asks at once. Try again in a moment.", headers={"Retry-After": "2"})
            await problem(Request(scope), busy)(scope, receive, send)

    async def _enter(self) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError:
            return False
        return True

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = _Place(self._places)

        async def received() -> Message:
            if not place.reads:
                return await receive()
            async with place.left():
                message = await receive()
            place.reads = message.get("more_body", False)
            return message

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                place.reads = False
                place.leave()
            await send(message)

        try:
            await self._app(scope, received, noted)
        finally:
            place.leave()


class _Place:
    """Of one request, which has it at first."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._held = True
        self.reads = True  # the body is not whole yet, and nothing was answered

    def leave(self) -> None:
        if self._held:
            self._held = False
            self._places.release()

    @asynccontextmanager
    async def left(self) -> AsyncIterator[None]:
        """Whoever was let in once is not sent away any more: afterwards they wait for as long as it takes."""
        self.leave()
        yield
        await self._places.acquire()
        self._held = True

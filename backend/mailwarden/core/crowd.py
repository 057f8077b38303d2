"""More requests than can be worked on wait a moment, in the order in which they came, and are then sent away."""

import asyncio

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
    """ASGI. A place is held until the answer begins: what streams for minutes works on nothing meanwhile."""

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
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                self._places.release()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                give_back()
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            give_back()

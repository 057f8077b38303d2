"""What answers to the world's mail programs is kept apart from what people are signed in to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from mailwarden.core.api import problem
from mailwarden.core.errors import NotFound, ServiceUnavailable
from mailwarden.core.runtime import Config, Runtime

AT_ONCE = 8  # of a pool that people's own requests need, too
PATIENCE_S = 3.0
SERVED = ("/t/", "/healthz", "/readyz", "/robots.txt")


@asynccontextmanager
async def place(request: Request) -> AsyncIterator[None]:
    """To work with the database. Raises ServiceUnavailable when a campaign's readers all come at once."""
    state = request.app.state
    if not hasattr(state, "tracking_places"):
        state.tracking_places = asyncio.Semaphore(AT_ONCE)
    places: asyncio.Semaphore = state.tracking_places
    try:
        async with asyncio.timeout(PATIENCE_S):
            await places.acquire()
    except TimeoutError:
        raise ServiceUnavailable("Try again in a moment.", headers={"Retry-After": "5"}) from None
    try:
        yield
    finally:
        places.release()


def host_of_its_own(config: Config) -> str | None:
    """As ``_plain`` writes it; None: mails lead to the same host as people do."""
    there, here = _plain(urlsplit(config.tracking_url).netloc), _plain(urlsplit(config.base_url).netloc)
    return there if there and there != here else None


def _plain(host: str) -> str:
    """Of the spellings that all mean one host: without a usual port, without the dot that ends a full name."""
    name, found, port = host.strip().lower().rpartition(":")
    if not found or not port.isdigit():
        name, port = host.strip().lower(), ""
    name = name.removesuffix(".")
    return name if port in ("", "80", "443") else f"{name}:{port}"


class TrackingHost:
    """ASGI. Under the name that stands in mails there is nothing but what mails need: no app, no API, no sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(SERVED) and self._is_asked(scope):
            nothing = NotFound("There is nothing here.")
            await problem(Request(scope), nothing)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_asked(self, scope: Scope) -> bool:
        rt: Runtime | None = getattr(scope["app"].state, "runtime", None)
        own = host_of_its_own(rt.config) if rt is not None else None
        return own is not None and _plain(Request(scope).headers.get("host", "")) == own

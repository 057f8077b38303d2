"""The API on a port of its own, for programs that call it over a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx

from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.support.browser import Browser, sign_up
from tests.support.listening import address_of, free_socket, listening


@dataclass
class Live:
    url: str
    owner: Browser


@asynccontextmanager
async def live_api(runtime: Runtime, email: str = "live@example.com") -> AsyncIterator[Live]:
    """With an owner who is signed in by a browser. Call it from threads or processes: the loop here serves."""
    listener = free_socket()
    url = address_of(listener)
    served = replace(runtime, config=replace(runtime.config, base_url=url))
    async with (
        listening(create_app(served), listener),
        httpx.AsyncClient(base_url=url, timeout=30) as http,
    ):
        yield Live(url, await sign_up(http, email))

"""Our side of a call without a database: the app at a provider whose address is the test's, and tokens in memory."""

import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from mailwarden.core.http import build_http
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.base import ProviderError
from mailwarden.providers.budget import Budget, Unlimited
from mailwarden.providers.catalog import load
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.settings import ProviderSettings
from tests.providers.support import Naps

FIGURES = ("hubspot", "klaviyo")
IDENTITY = {"hubspot": "/account-info/2026-09/details", "klaviyo": "/api/accounts"}
LISTING = {"hubspot": "/marketing/emails/2026-09", "klaviyo": "/api/campaigns"}
OBJECT = LISTING
DEADLINE_S = 0.5


class Pair:
    """Two tokens: a refresh gives the other one."""

    def __init__(self) -> None:
        self.refreshes = 0

    async def access_token(self) -> str:
        return f"token-{self.refreshes}"

    async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002
        assert rejected == f"token-{self.refreshes}"
        self.refreshes += 1
        return f"token-{self.refreshes}"


@dataclass
class Client:
    app: ProviderApp
    tokens: Pair

    def api(self, auth: httpx.Auth | None = None) -> ProviderApi:
        return ProviderApi(self.app, auth or RefreshOnce(self.tokens), account="1")

    async def get(self, path: str, auth: httpx.Auth | None = None) -> object:
        return await self.api(auth).get(path)


async def failure_of(work: Awaitable[object]) -> BaseException | None:
    """What a call ended with: every failure of ours is a ProviderError, anything else is a crash."""
    try:
        await work
    except ProviderError as exc:
        return exc
    except Exception as exc:  # noqa: BLE001 - that there is none is what is measured
        return exc
    return None


@asynccontextmanager
async def client(
    provider: str, url: str, *, budget: Budget | None = None, deadline_s: float = DEADLINE_S, http: object = None
) -> AsyncIterator[Client]:
    settings = ProviderSettings(
        "our-client", "our-secret", url, url, oauth_deadline_s=deadline_s, api_deadline_s=deadline_s
    )
    async with build_http() as own:
        used = http if isinstance(http, httpx.AsyncClient) else own
        app = ProviderApp(load()[provider], settings, used, budget or Unlimited(), sleep=Naps(), rng=random.Random(3))
        yield Client(app, Pair())

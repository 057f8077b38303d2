"""What provider tests share: our app over answers of the test's choice, and recorded pages."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from mailwarden.core.http import Answer
from mailwarden.providers.app import ProviderApp
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.budget import Budget, Unlimited
from mailwarden.providers.catalog import load
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.settings import ProviderSettings

FIXTURES = Path(__file__).parent / "fixtures"
SETTINGS = ProviderSettings(client_id="our-client", client_secret="our-secret")
Reply = Callable[[httpx.Request], httpx.Response]


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


class Naps:
    """A sleep that takes no time and is remembered."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


class FakeTokens:
    """Ours to replace: the real ones live in the database."""

    def __init__(self) -> None:
        self.refreshed: list[str] = []

    async def access_token(self) -> str:
        return "new-token" if self.refreshed else "old-token"

    async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002
        self.refreshed.append(rejected)
        return "new-token"


def make_app(
    name: str, reply: Reply, *, budget: Budget | None = None, sleep: Naps | None = None, **settings: Any
) -> ProviderApp:
    return ProviderApp(
        spec=load()[name],
        settings=replace(SETTINGS, **settings),
        http=httpx.AsyncClient(transport=httpx.MockTransport(reply)),
        budget=budget or Unlimited(),
        sleep=sleep or Naps(),
        rng=random.Random(1),
    )


def make_api(app: ProviderApp, tokens: FakeTokens | None = None, account: str | None = "1") -> ProviderApi:
    return ProviderApi(app, RefreshOnce(tokens or FakeTokens()), account=account)


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    """Header names with underscores for hyphens; a dict or list is sent as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        return Answer(status, named, body, 1)
    content = b"" if body is None else json.dumps(body).encode()
    return Answer(status, {"content-type": "application/json"} | named, content, 1)


class Calls:
    """Answers one request after another from a list and keeps what was asked; the last answer goes on for ever."""

    def __init__(self, *answers: httpx.Response | Exception | Reply) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.tokens: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.tokens.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Exception):
            raise given
        if isinstance(given, httpx.Response):
            return httpx.Response(given.status_code, headers=given.headers, content=given.content)
        return given(request)

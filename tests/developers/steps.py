"""What programs do at the API."""

from typing import Any

import httpx

from tests.support.browser import Browser

ALL_READ = ["status:read", "data:read", "alerts:read"]


async def make_key(browser: Browser, scopes: list[str] | None = None, **over: Any) -> dict[str, Any]:
    """`{key, secret}`."""
    answer = await browser.post("/v1/api-keys", {"name": "Export", "scopes": scopes or ALL_READ, **over})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def as_program(client: httpx.AsyncClient, secret: str) -> httpx.AsyncClient:
    client.headers["authorization"] = f"Bearer {secret}"
    return client

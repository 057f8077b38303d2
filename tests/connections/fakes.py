"""What HubSpot and Klaviyo answer, for tests that need no sandbox."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.browser import Browser
from tests.support.replies import Replies

TOKEN = "POST /oauth/2026-09/token"
INTROSPECT = "POST /oauth/2026-09/token/introspect"
DETAILS = "GET /account-info/2026-09/details"
EMAILS = "GET /marketing/emails/2026-09"
SCOPES = ["oauth", "content", "crm.objects.contacts.read"]
DEAD = httpx.Response(
    400, json={"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN", "message": "refresh token is invalid"}
)


def granted(portal: int = 4711, **over: Any) -> httpx.Response:
    body = {
        "access_token": "access-new",
        "refresh_token": "refresh-new",
        "expires_in": 1800,
        "hub_id": portal,
        "scopes": SCOPES,
    }
    return httpx.Response(200, json={k: v for k, v in (body | over).items() if v is not None})


def details(portal: int = 4711) -> httpx.Response:
    return httpx.Response(200, json={"portalId": portal, "timeZone": "UTC", "uiDomain": "app.hubspot.com"})


def active(is_active: bool = True, scopes: list[str] | None = None) -> httpx.Response:
    return httpx.Response(200, json={"active": is_active, "scopes": SCOPES if scopes is None else scopes})


def healthy(replies: Replies, portal: int = 4711) -> None:
    replies[TOKEN] = granted(portal)
    replies[DETAILS] = details(portal)
    replies[INTROSPECT] = active()
    replies[EMAILS] = httpx.Response(200, json={"total": 0, "results": []})


def unauthorized(request: httpx.Request) -> httpx.Response:
    return httpx.Response(401, json={"status": "error", "category": "INVALID_AUTHENTICATION", "message": "no"})


def form(request: httpx.Request) -> Mapping[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


async def start(browser: Browser, path: str = "/v1/integrations/hubspot/connect", **body: Any) -> dict[str, Any]:
    answer = await browser.post(path, body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def state_of(started: Mapping[str, Any]) -> str:
    url: str = started["authorize_url"]
    return parse_qs(urlsplit(url).query)["state"][0]


async def come_back(browser: Browser, state: str, provider: str = "hubspot", **query: str) -> str:
    """Where the callback leads."""
    given = {"code": "the-code"} | query if "error" not in query else query
    answer = await browser.get(f"/v1/oauth/callback/{provider}", params={"state": state, **given})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def connect(browser: Browser, **body: Any) -> str:
    """The connection's public id."""
    landed = await come_back(browser, state_of(await start(browser, **body)))
    assert "connected=" in landed, landed
    return landed.split("connected=")[1]


async def outcome(browser: Browser, landed: str) -> dict[str, Any]:
    answer = await browser.get(f"/v1/oauth/attempts/{landed.split('attempt=')[1]}")
    told: dict[str, Any] = answer.json()
    return told

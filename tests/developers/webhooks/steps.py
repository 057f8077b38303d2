"""What the tests of events and deliveries do over and over."""

from typing import Any
from uuid import UUID

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from tests.support.browser import PASSWORD, Browser


async def happen(
    rt: Runtime, org_id: UUID, count: int = 1, type: EventType = EventType.SYNC_FAILED, **more: Any
) -> list[UUID]:
    """So many events, each in a transaction of its own."""
    made = []
    for number in range(count):
        async with unit_of_work(rt.sessions, org_id) as tx:
            made.append(await record(tx, type, data={"n": number}, **more))
    return made


async def read_all(browser: Browser, **params: Any) -> list[dict[str, Any]]:
    """Every page from the beginning."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = await browser.get("/v1/events", params=params | cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["data"]
        if not page["has_more"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def sign_in_again(browser: Browser) -> None:
    """After so long that the session has ended."""
    answer = await browser.post("/v1/auth/sign-in", {"email": browser.me["user"]["email"], "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    browser.http.headers["x-csrf"] = answer.json()["csrf_token"]


async def make_endpoint(browser: Browser, url: str, **more: Any) -> dict[str, Any]:
    """The endpoint with its secret, as it is shown once."""
    answer = await browser.post("/v1/webhook-endpoints", {"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def change_endpoint(browser: Browser, endpoint: dict[str, Any], **change: Any) -> dict[str, Any]:
    path = f"/v1/webhook-endpoints/{endpoint['id']}"
    current = await browser.get(path)
    answer = await browser.patch(path, change, headers={"If-Match": current.headers["etag"]})
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def look_at(browser: Browser, endpoint: dict[str, Any], more: str = "") -> Any:
    answer = await browser.get(f"/v1/webhook-endpoints/{endpoint['id']}{more}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deliveries(browser: Browser, endpoint: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    """The first hundred, newest first."""
    answer = await browser.get(f"/v1/webhook-endpoints/{endpoint['id']}/deliveries", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found

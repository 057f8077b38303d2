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

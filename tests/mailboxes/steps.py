"""What people do with slots in tests."""

from typing import Any

from sqlalchemy import select, text

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from tests.connections.fakes import connect, healthy
from tests.support.browser import Browser
from tests.support.replies import Replies

OURS: dict[str, Any] = {
    "signature_html": "<p>Kind regards<br>Pat</p>",
    "sender_name": "Pat Doe",
    "send_interval_s": 90,
    "daily_limit": 50,
    "working_days": ["mon", "sat"],
    "working_from": "08:30",
    "working_until": "16:00",
    "time_zone": "Europe/Berlin",
    "track_opens": False,
    "track_clicks": False,
}


async def link(browser: Browser, replies: Replies, portal: int) -> str:
    healthy(replies, portal)
    return await connect(browser)


async def listed(browser: Browser, **query: Any) -> list[dict[str, Any]]:
    answer = await browser.get("/v1/mailboxes", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def places(browser: Browser) -> dict[int, str | None]:
    """The account in every slot."""
    return {
        one["number"]: one["connection"]["external_id"] if one["connection"] else None for one in await listed(browser)
    }


async def mailbox(browser: Browser, number: int = 1) -> dict[str, Any]:
    slot = next(one for one in await listed(browser) if one["number"] == number)
    answer = await browser.get(f"/v1/mailboxes/{slot['id']}")
    told: dict[str, Any] = answer.json()
    return told | {"etag": answer.headers["etag"]}


async def change(browser: Browser, number: int = 1, **settings: Any) -> dict[str, Any]:
    slot = await mailbox(browser, number)
    answer = await browser.patch(f"/v1/mailboxes/{slot['id']}", settings, headers={"If-Match": slot["etag"]})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def stored(rt: Runtime, browser: Browser) -> list[tuple[int, str, int]]:
    """Byte for byte, as the database has it."""
    async with reader(rt.sessions, browser.org_id) as tx:
        raw = text("SELECT number, settings::text, version FROM mailbox_slots ORDER BY number")
        return [(row[0], row[1], row[2]) for row in await tx.session.execute(raw)]


async def become(rt: Runtime, browser: Browser, role: str) -> None:
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        await tx.session.execute(text("UPDATE memberships SET role = :role"), {"role": role})


async def count_slots(rt: Runtime, browser: Browser) -> int:
    async with reader(rt.sessions, browser.org_id) as tx:
        return len((await tx.session.scalars(select(MailboxSlot))).all())

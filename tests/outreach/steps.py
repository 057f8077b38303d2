"""What people do with campaigns in tests."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.models import OutreachRecipient
from tests import factories
from tests.support.browser import Browser

PATH = "/v1/outreach-campaigns"
FIRST = {"subject": "Hello {{first_name|there}}", "html": "<p>Hi {{first_name|there}}</p>"}
SECOND = {"delay_s": 86400, "html": "<p>Did you see it?</p>"}
ANY_TIME = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "24:00"}
Told = dict[str, Any]


async def make_mailbox(rt: Runtime, browser: Browser, number: int = 1, **over: Any) -> tuple[MailboxSlot, Connection]:
    """A mailbox at Google in a slot of its own."""
    address = over.pop("address", f"box-{number}@example.com")
    fields = {"provider": "google", "account_label": address, "connected_by": browser.user_id} | over
    row = await factories.make_connection(rt, browser.org_id, **fields)
    slot = MailboxSlot(id=new_id(), org_id=browser.org_id, number=number, connection_id=row.id)
    slot.last_connection_id = row.id
    async with unit_of_work(rt.sessions, browser.org_id) as tx:
        tx.session.add(slot)
    return slot, row


def people(count: int, **fields: str) -> list[Told]:
    return [{"address": f"p{n}@example.net", "fields": fields} for n in range(count)]


async def draft(browser: Browser, **over: Any) -> Told:
    body = {"name": "Spring", "schedule": ANY_TIME} | over
    answer = await browser.post(PATH, body)
    assert answer.status_code == 201, answer.text
    return told(answer)


async def set_steps(browser: Browser, campaign: Told, *steps: Told) -> Told:
    headers = {"If-Match": (await get(browser, campaign))["etag"]}
    path = f"{PATH}/{campaign['id']}/steps"
    answer = await browser.http.put(path, json={"steps": list(steps)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return told(answer)


async def add_people(browser: Browser, campaign: Told, given: Sequence[Told]) -> Told:
    return await post(browser, campaign, "recipients", {"recipients": list(given)})


async def add_account(browser: Browser, campaign: Told, slot: MailboxSlot) -> Told:
    return await post(browser, campaign, "accounts", {"mailbox_id": format_id("mbx", slot.id)})


async def post(browser: Browser, campaign: Told, what: str, body: Any = None) -> Told:
    answer = await browser.post(f"{PATH}/{campaign['id']}/{what}", body)
    assert answer.status_code in (200, 201), answer.text
    return told(answer)


async def get(browser: Browser, campaign: Told) -> Told:
    answer = await browser.get(f"{PATH}/{campaign['id']}")
    assert answer.status_code == 200, answer.text
    return told(answer)


async def ready(
    browser: Browser,
    slots: Sequence[MailboxSlot],
    given: Sequence[Told],
    steps: Sequence[Told] = (FIRST, SECOND),
    **over: Any,
) -> Told:
    """A campaign that can start."""
    campaign = await draft(browser, **over)
    for slot in slots:
        await add_account(browser, campaign, slot)
    await set_steps(browser, campaign, *steps)
    await add_people(browser, campaign, given)
    return campaign


async def start(browser: Browser, campaign: Told, **body: Any) -> Told:
    return await post(browser, campaign, "start", body)


async def listed(browser: Browser, campaign: Told, **query: Any) -> list[Told]:
    answer = await browser.get(f"{PATH}/{campaign['id']}/recipients", params={"limit": 100} | query)
    assert answer.status_code == 200, answer.text
    found: list[Told] = answer.json()["data"]
    return found


async def rows_of(rt: Runtime, org_id: UUID) -> dict[str, OutreachRecipient]:
    """Recipients by address."""
    async with reader(rt.sessions, org_id) as tx:
        found = await tx.session.scalars(select(OutreachRecipient).where(OutreachRecipient.org_id == org_id))
        return {one.address: one for one in found}


async def run_sql(rt: Runtime, org_id: UUID, statement: str, **values: Any) -> None:
    async with unit_of_work(rt.sessions, org_id) as tx:
        await tx.session.execute(text(statement), values)


def told(answer: Any) -> Told:
    body: Told = answer.json()
    return body | ({"etag": answer.headers["etag"]} if "etag" in answer.headers else {})

"""What was previewed is what goes out, whatever recipients' files hold and whichever conditions were met."""

import random

from sqlalchemy import select

from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message, MessageRecipient
from tests.outreach.sending import Box
from tests.outreach.steps import PATH, Told, listed, make_mailbox, ready, run_sql, start
from tests.support.browser import Browser

VALUES = [
    *("Ada", "<b>R&D</b>", "a\r\nBcc: x@example.com", "=?utf-8?q?x?=", "{{email}}", "“Ünï” 'q'", "  ", "a\u2028b"),
    *("javascript:alert(1)", "https://example.com/?a=1&b=2", '" onclick="x', ""),
]
LATER = {"delay_s": 60}
STEPS: list[Told] = [
    {"subject": "A {{first|you}}", "html": '<p>{{first|}} <a href="{{site|https://example.com}}">{{site|x}}</a></p>'},
    LATER | {"html": "<p>{{first|nobody}}</p>"},
    LATER | {"condition": "if_clicked", "subject": "B {{site|}}", "html": "<p>{{email}}</p>"},
    LATER | {"html": "<p>{{name|n}}</p>"},
    LATER | {"condition": "if_not_clicked", "html": "<p>{{first|}}{{first|}}</p>"},
]
CLICKED = """
    UPDATE message_recipients SET clicked_at = app_now() WHERE address IN ('p0@example.net', 'p2@example.net')
"""


async def previews(browser: Browser, campaign: Told) -> dict[str, tuple[str, str]]:
    """By address, of the step that is next."""
    found = {}
    for person in await listed(browser, campaign):
        query = {"step": person["next_step"], "recipient_id": person["id"]}
        shown = await browser.get(f"{PATH}/{campaign['id']}/preview", params=query)
        if person["next_step"] <= len(STEPS):
            found[person["address"]] = (shown.json()["subject"], shown.json()["html"])
    return found


async def written(rt: Runtime, box: Box) -> list[tuple[str, tuple[str, str]]]:
    async with reader(rt.sessions, box.slot.org_id) as tx:
        to = MessageRecipient.message_id == Message.id
        asked = select(MessageRecipient.address, Message.subject, Message.html).join(MessageRecipient, to)
        rows = (await tx.session.execute(asked.order_by(Message.id))).all()
    return [(row[0], (row[1], row[2])) for row in rows]


async def test_the_preview_is_what_goes_out(owner: Browser, runtime: Runtime) -> None:
    rng = random.Random(7)
    slot, row = await make_mailbox(runtime, owner)
    given = [
        {"address": f"p{n}@example.net", "fields": {key: rng.choice(VALUES) for key in ("first", "site")}}
        for n in range(6)
    ]
    campaign = await start(owner, await ready(owner, [slot], given, STEPS))
    box = Box(runtime, slot, row, runtime.clock.now())
    seen = 0
    for _ in range(len(STEPS) + 1):
        shown = await previews(owner, campaign)
        await box.send_all()
        for address, mail in (await written(runtime, box))[seen:]:
            assert mail == shown[address]
        seen = len(await written(runtime, box))
        await run_sql(runtime, owner.org_id, CLICKED)
        box.later(seconds=61)
    assert seen == 6 * 3 + 2 + 4  # the third step is for those who clicked, the fifth for those who did not

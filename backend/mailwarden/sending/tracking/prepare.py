"""A mail gets its pixel, its links and its way out just before it is built.

Asking again for the same message gives the same addresses: a second attempt is the same mail.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.prepare import Content, Prepared, register_prepare
from mailwarden.sending.tracking.html import Extras, dress, is_fit, links_in
from mailwarden.sending.tracking.keys import Addresses
from mailwarden.sending.tracking.links import trackable
from mailwarden.sending.tracking.models import TrackedLink
from mailwarden.sending.tracking.plain_text import to_text
from mailwarden.sending.tracking.rules import unsubscribe_headers
from mailwarden.sending.tracking.tokens import MOST_LINKS

Done = TypeVar("Done")
LARGE = 50_000  # characters; to read more takes long enough to be done beside the loop
NO_TEXT = "This mail is written in HTML."


async def prepare(
    rt: Runtime, tx: UnitOfWork, message: Message, recipients: Sequence[MessageRecipient], content: Content
) -> Prepared:
    """Only a mail to one person has a way out: the same copy in several hands would not tell whose wish it is."""
    to = addresses_for(rt, message, recipients)
    out = to.unsubscribe() if message.one_click_unsubscribe and len(recipients) == 1 else None
    headers = tuple(unsubscribe_headers(out).items()) if out else ()
    if not content.html or not is_fit(content.html):
        return Prepared(content.html, _with_way_out(content.text or (NO_TEXT if content.html else ""), out), headers)
    found = await _beside(content.html, links_in) if message.track_clicks else []
    numbers = await number_links(tx, message, trackable(to.base, found))
    led = {url: to.click(number) for url, number in numbers.items()}
    extras = Extras(led, to.pixel() if message.track_opens else None, out)
    html = await _beside(content.html, lambda one: dress(one, extras))
    text = _with_way_out(content.text, out) if content.text else await _beside(html, to_text)
    return Prepared(html, text, headers)


def addresses_for(rt: Runtime, message: Message, recipients: Sequence[MessageRecipient]) -> Addresses:
    if len(recipients) == 1:
        return Addresses(rt, message.org_id, recipients[0].id, of_message=False)
    return Addresses(rt, message.org_id, message.id, of_message=True)


async def number_links(tx: UnitOfWork, message: Message, urls: Sequence[str]) -> dict[str, int]:
    """Stored, each with the number that stands in its token. What is there already keeps its own."""
    if not urls:
        return {}
    mine = (TrackedLink.org_id == message.org_id, TrackedLink.message_id == message.id)
    asked = select(TrackedLink.url, TrackedLink.number).where(*mine)
    known = {row.url: row.number for row in await tx.session.execute(asked)}
    free = max(known.values(), default=0) + 1
    fresh = [url for url in urls if url not in known][: MOST_LINKS - free + 1]
    for number, url in enumerate(fresh, free):
        known[url] = number
    if fresh:
        shared = {"org_id": message.org_id, "message_id": message.id}
        rows = [shared | {"id": new_id(), "number": known[url], "url": url} for url in fresh]
        await tx.session.execute(insert(TrackedLink), rows)
    return {url: known[url] for url in urls if url in known}


async def _beside(html: str, work: Callable[[str], Done]) -> Done:
    return await asyncio.to_thread(work, html) if len(html) > LARGE else work(html)


def _with_way_out(text: str, out: str | None) -> str:
    if out is None or out in text:
        return text
    return f"{text.rstrip()}\n\nIf you do not want such mails: {out}\n"


register_prepare(prepare)

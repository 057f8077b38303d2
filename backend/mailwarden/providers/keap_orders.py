"""Sending over Keap's e-mail queue. It takes the parts of a mail and no message, and sends to contacts only.

So there is no Message-ID, no conversation and no header of ours: what became of an order tells its record alone.
"""

import base64

from mailwarden.providers.base import Unavailable, WritingApi
from mailwarden.providers.keap import USERINFO
from mailwarden.providers.keap_contacts import contact_for, find_contact
from mailwarden.providers.keap_sending import SEND, find_record
from mailwarden.providers.outgoing import Handed, Outgoing, decisive, nothing_left
from mailwarden.providers.reading import garbled, text

MOST_FILES, LARGEST_FILE = 10, 1 << 20  # of one order; bytes


class SendsOverKeap:
    """Everybody gets a mail of their own: nobody sees the other recipients, so all of them are blind copies."""

    bcc_in_header = False
    takes_messages = False
    most_files, largest_file, largest_together = MOST_FILES, LARGEST_FILE, MOST_FILES * LARGEST_FILE

    async def hand_over(self, way: WritingApi, outgoing: Outgoing) -> Handed:
        with nothing_left():
            contacts = [await _contact(way, one.address, one.name) for one in outgoing.recipients]
            user = await _sender(way)
        with decisive():
            await way.write("POST", SEND, _order(outgoing, contacts, user))
        return Handed()

    async def look_up(self, way: WritingApi, outgoing: Outgoing) -> Handed | None:
        """By the record of the first recipient: one order is one step."""
        contact = await find_contact(way, outgoing.recipients[0].address)
        if contact is None:
            return None
        record = await find_record(way, contact.external_id, outgoing.subject, outgoing.ordered_at)
        return Handed(record.external_id) if record else None


async def _contact(way: WritingApi, address: str, name: str) -> str:
    given, _, family = name.partition(" ")
    return (await contact_for(way, address, given, family)).external_id


async def _sender(way: WritingApi) -> str:
    """The person who connected the account: their id is what the order wants, their address is Keap's affair."""
    user = text(await way.get(USERINFO), "id")
    if user is None:
        raise Unavailable(garbled(USERINFO, "the user has no id").evidence, sent=False)
    return user


def _order(outgoing: Outgoing, contacts: list[str], user: str) -> dict[str, object]:
    texts = {"html_content": _encoded(outgoing.html), "plain_content": _encoded(outgoing.text)}
    files = [{"file_name": one.name, "file_data": base64.b64encode(one.content).decode()} for one in outgoing.files]
    return {
        "contacts": contacts,
        "subject": outgoing.subject,
        "address_field": "Email",
        "user_id": user,
        **{name: value for name, value in texts.items() if value},
        **({"attachments": files} if files else {}),
    }


def _encoded(content: str) -> str:
    return base64.b64encode(content.encode(errors="replace")).decode()

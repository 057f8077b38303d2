"""Whose mail is whose."""

from uuid import UUID

from mailwarden.accounts.caller import Caller
from mailwarden.connections.access import MANAGE
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.sending.models import Message
from mailwarden.sending.store import get_message


def sees(caller: Caller, message: Message) -> bool:
    """One's own mail, and that of campaigns; owners and managers see all of it."""
    return message.author_id == caller.user_id or message.kind != "one_off" or caller.may(MANAGE)


async def seen_message(tx: UnitOfWork, caller: Caller, message_id: UUID, *, lock: bool = False) -> Message:
    message = await get_message(tx, caller.org_id, message_id, lock=lock)
    if not sees(caller, message):
        raise NotFound("There is no such message.")
    return message


async def own_message(tx: UnitOfWork, caller: Caller, message_id: UUID) -> Message:
    """Locked, for changes. A campaign's mail is changed by its campaign."""
    message = await seen_message(tx, caller, message_id, lock=True)
    if message.kind != "one_off":
        raise Conflict("This mail belongs to a campaign; pause or change that.", code="of_a_campaign")
    return message

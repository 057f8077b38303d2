"""After a database came back from a backup: what waited in it may have been sent since, and nobody wrote that down.

So none of it goes by itself. Each is looked for at its provider under the Message-ID that it has had since it was
queued; what is not found stays unknown, and a person decides.
"""

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.outcomes import set_unknown
from mailwarden.sending.rules import Code
from mailwarden.sending.store import open_attempt, tries_of

DETAIL = "The database was restored from a backup: it may have been sent after that was made."
AT_ONCE = 500


async def doubt_queued(rt: Runtime, tx: UnitOfWork) -> int:
    """How many, at most ``AT_ONCE``. Of the organization that the transaction is for; no worker runs."""
    waiting = select(Message).where(Message.org_id == tx.org_id, Message.state.in_(("queued", "sending")))
    found = (await tx.session.scalars(waiting.order_by(Message.id).limit(AT_ONCE).with_for_update())).all()
    for message in found:
        attempt = await open_attempt(tx, message) or await _as_if_begun(tx, message)
        await set_unknown(rt, tx, message, attempt, Code.RESTORED, DETAIL)
    return len(found)


async def _as_if_begun(tx: UnitOfWork, message: Message) -> SendAttempt:
    """From when it was queued on it may have left."""
    attempt = SendAttempt(
        id=new_id(),
        org_id=message.org_id,
        message_id=message.id,
        slot_id=message.slot_id,
        connection_id=message.connection_id,
        number=await tries_of(tx, message) + 1,
        started_at=message.queued_at or message.created_at,
        outcome="started",
    )
    tx.session.add(attempt)
    await tx.session.flush()
    return attempt

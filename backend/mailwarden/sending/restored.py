"""After a database came back from a backup: what waited in it may have been sent since, and nobody wrote that down.

So none of it goes by itself. Each is looked for at its provider under the Message-ID that it has had since it was
queued; what is not found stays unknown, and a person decides.
"""

from sqlalchemy import select

from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.sending.models import Message, SendAttempt
from mailwarden.sending.outcomes import set_unknown
from mailwarden.sending.rules import Code
from mailwarden.sending.store import attempts_of, begin_attempt, open_attempt

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
    at, earlier = message.queued_at or message.created_at, await attempts_of(tx, message)
    return await begin_attempt(tx, message, earlier, message.slot_id, message.connection_id, at)

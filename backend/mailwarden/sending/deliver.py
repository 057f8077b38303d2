"""The job of a mailbox: takes its next mail, hands it over, stores what came of it, and says when it looks again."""

import logging
from dataclasses import replace
from datetime import datetime

from mailwarden.connections.sending import SendingWay, open_sending, report_sending
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import ObjectGone, ProviderError, Rejected, ScopesMissing
from mailwarden.providers.outgoing import Handed, nothing_left
from mailwarden.sending.claim import Claimed, claim
from mailwarden.sending.settle import settle

log = logging.getLogger(__name__)
AT_ONCE = 20  # mails in one run of the job; more only come together where nothing was sent


async def send_next(rt: Runtime, lease: Lease) -> Again | None:
    """No transaction is open while the provider is called."""
    for _ in range(AT_ONCE):
        taken = await claim(rt, lease)
        if not isinstance(taken, Claimed):
            return _again(taken.until)
        result = await _hand_over(rt, taken)
        await settle(rt, taken, result)
        await report_sending(rt, taken.row, result if isinstance(result, ProviderError) else None)
    return Again(rt.clock.now())


def _again(at: datetime | None) -> Again | None:
    return Again(at) if at is not None else None


async def _hand_over(rt: Runtime, taken: Claimed) -> Handed | ProviderError:
    """Anything but a failure that says what is known leaves the attempt open: it is then looked for."""
    try:
        way = await open_sending(rt, taken.row)
        return await _found(way, taken) or await way.hand_over(taken.outgoing)
    except ProviderError as exc:
        told = {"message_id": str(taken.message_id), "failure": type(exc).__name__, "evidence": exc.evidence.as_json()}
        log.warning("a mail was not handed over", extra=told)
        return exc


async def _found(way: SendingWay, taken: Claimed) -> Handed | None:
    """Somebody says that an earlier attempt sent nothing. If its mail lies there after all, one copy is enough."""
    if taken.doubted_at is None:
        return None
    try:
        with nothing_left():
            found = await way.look_up(replace(taken.outgoing, ordered_at=taken.doubted_at))
    except (ScopesMissing, ObjectGone, Rejected):  # nobody lets us look: the person's word must do
        return None
    return replace(found, found=True) if found is not None else None

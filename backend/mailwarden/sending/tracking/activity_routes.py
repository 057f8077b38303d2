"""Mail that is tracked: registering what Gmail sends, and what came of any mail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import etag
from mailwarden.core.ids import MessageId
from mailwarden.sending.schemas import MessageDetailOut
from mailwarden.sending.seeing import seen_message
from mailwarden.sending.tracking.activity import activity_of
from mailwarden.sending.tracking.activity_schemas import ActivityOut
from mailwarden.sending.tracking.registering import ReportedIn, TrackedIn, TrackedOut, register, report
from mailwarden.sending.views import detail_out

router = APIRouter(prefix="/v1/messages", tags=["messages"])
SEND = "messages:send"
Sender = Annotated[Caller, Depends(require(SEND))]
Looker = Annotated[Caller, Depends(require_read(SEND))]


@router.get("/{message_id}/activity", responses=errors(404))
async def get_activity(message_id: MessageId, tx: Reader, caller: Looker) -> ActivityOut:
    """Opens and clicks of a message: people's, machines', and those of which one cannot tell, apart."""
    return await activity_of(tx, await seen_message(tx, caller, message_id))


@router.post("/tracked", status_code=201, responses=errors(402, 404, 409))
async def track_message(body: TrackedIn, rt: Rt, tx: Tx, caller: Sender) -> TrackedOut:
    """Registers a mail that Gmail itself will send, and answers what to put into it. Its words are not kept.

    Refused like sending, with nothing registered: `no_active_integration`, `connection_inactive`,
    `connection_verifying`, `connection_disconnected`, `permission_missing`, `rate_limited`, `suppressed`,
    `subscription_inactive`, `role_required`.
    """
    return await register(rt, tx, caller, body)


@router.post("/{message_id}/reported", responses=errors(404, 409))
async def report_message(
    message_id: MessageId, body: ReportedIn, rt: Rt, tx: Tx, caller: Sender, response: Response
) -> MessageDetailOut:
    """Says that Gmail sent a registered mail. Until then its state is `unknown`, and opens count as nobody's."""
    message = await report(rt, tx, caller, message_id, body)
    response.headers["ETag"] = etag(message.version)
    return await detail_out(tx, message)

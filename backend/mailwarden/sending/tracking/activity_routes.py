from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts.caller import Caller, require_read
from mailwarden.core.api import Reader, errors
from mailwarden.core.ids import MessageId
from mailwarden.sending.store import get_message
from mailwarden.sending.tracking.activity import activity_of
from mailwarden.sending.tracking.activity_schemas import ActivityOut

router = APIRouter(prefix="/v1/messages", tags=["messages"])
Watcher = Annotated[Caller, Depends(require_read("data:read"))]


@router.get("/{message_id}/activity", responses=errors(404))
async def get_activity(message_id: MessageId, tx: Reader, caller: Watcher) -> ActivityOut:
    """Opens and clicks of a message: people's, machines', and those of which one cannot tell, apart."""
    return await activity_of(tx, await get_message(tx, caller.org_id, message_id))

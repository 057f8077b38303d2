"""My Emails: drafts, sending, and what became of it. And whether anything can be sent at all."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from mailwarden.accounts.caller import Caller, StatusReader, require, require_read
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.etag import IfMatch, etag
from mailwarden.core.ids import MailboxId, MessageFileId, MessageId
from mailwarden.core.paging import Page, Paging
from mailwarden.sending import service
from mailwarden.sending.gate import usability
from mailwarden.sending.models import Message
from mailwarden.sending.schemas import (
    FileIn,
    FileOut,
    MessageDetailOut,
    MessageIn,
    MessageKind,
    MessageOut,
    MessageState,
    MessageUpdate,
    ResolveIn,
    SendIn,
    SendingUsabilityOut,
)
from mailwarden.sending.seeing import seen_message
from mailwarden.sending.views import MessageFilter, detail_out, message_page

router = APIRouter(prefix="/v1", tags=["messages"])
SEND = "messages:send"
Sender = Annotated[Caller, Depends(require(SEND))]
Looker = Annotated[Caller, Depends(require_read(SEND))]


async def told(tx: Tx, message: Message, response: Response) -> MessageDetailOut:
    response.headers["ETag"] = etag(message.version)
    return await detail_out(tx, message)


@router.get("/sending/usability", responses=errors())
async def get_sending_usability(rt: Rt, tx: Reader, caller: StatusReader) -> SendingUsabilityOut:
    """May I send and track now, from which mailboxes, and if not, why? Without any it says `no_active_integration`."""
    return await usability(rt, tx, caller)


@router.get("/messages", responses=errors(400))
async def list_messages(
    rt: Rt,
    tx: Reader,
    caller: Looker,
    page: Paging,
    whose: Annotated[
        Literal["mine", "all"], Query(description="`all`: also of campaigns, and for owners and managers everybody's.")
    ] = "mine",
    state: Annotated[MessageState | None, Query(description="Only messages in this state.")] = None,
    kind: Annotated[MessageKind | None, Query(description="Only mail of people, or of campaigns.")] = None,
    mailbox_id: Annotated[MailboxId | None, Query(description="Only from this mailbox.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the subject, or of who it is for.")] = None,
) -> Page[MessageOut]:
    """The newest first, with the state of each recipient."""
    return await message_page(rt, tx, caller, MessageFilter(whose == "mine", state, kind, mailbox_id, q), page)


@router.post("/messages", status_code=201, responses=errors(404))
async def create_message(body: MessageIn, tx: Tx, caller: Sender, response: Response) -> MessageDetailOut:
    """A draft. Nothing leaves before `send`."""
    message = await service.create(tx, caller, body)
    response.headers["Location"] = f"/v1/messages/msg_{message.id.hex}"
    return await told(tx, message, response)


@router.get("/messages/{message_id}", responses=errors(404))
async def get_message(message_id: MessageId, tx: Reader, caller: Looker, response: Response) -> MessageDetailOut:
    """With its words, files and every attempt. The ETag is for changing a draft."""
    return await told(tx, await seen_message(tx, caller, message_id), response)


@router.patch("/messages/{message_id}", responses=errors(404, 409, 412, 428))
async def update_message(
    message_id: MessageId, body: MessageUpdate, tx: Tx, caller: Sender, version: IfMatch, response: Response
) -> MessageDetailOut:
    """Only what is given changes. What failed or was cancelled becomes a draft again."""
    return await told(tx, await service.change(tx, caller, message_id, version, body), response)


@router.delete("/messages/{message_id}", status_code=204, responses=errors(404, 409))
async def delete_message(message_id: MessageId, tx: Tx, caller: Sender) -> None:
    """A draft, or what failed or was cancelled. What is on its way or has left stays."""
    await service.remove(tx, caller, message_id)


@router.post("/messages/{message_id}/send", responses=errors(402, 404, 409))
async def send_message(
    message_id: MessageId, body: SendIn, rt: Rt, tx: Tx, caller: Sender, response: Response
) -> MessageDetailOut:
    """Hands the draft to its mailbox, which sends it as soon as its pace and limits allow. Once, however often asked.

    Refused, with the draft kept: `no_active_integration`, `connection_inactive`, `connection_verifying`,
    `connection_disconnected`, `permission_missing`, `rate_limited`, `daily_limit`, `suppressed`,
    `subscription_inactive`, `role_required`.
    """
    return await told(tx, await service.send(rt, tx, caller, message_id, body), response)


@router.post("/messages/{message_id}/cancel", responses=errors(404, 409))
async def cancel_message(message_id: MessageId, tx: Tx, caller: Sender, response: Response) -> MessageDetailOut:
    """Holds it back while it is `queued`."""
    return await told(tx, await service.cancel(tx, caller, message_id), response)


@router.post("/messages/{message_id}/resolve", responses=errors(402, 404, 409))
async def resolve_message(
    message_id: MessageId, body: ResolveIn, rt: Rt, tx: Tx, caller: Sender, response: Response
) -> MessageDetailOut:
    """Of an `unknown` one: says that it did go out, or has it sent again, which first is looked for once more.

    A mail that Gmail sends itself cannot be sent again from here: `not_sent_from_here`.
    """
    return await told(tx, await service.resolve(rt, tx, caller, message_id, body.outcome), response)


@router.post("/messages/{message_id}/files", status_code=201, responses=errors(404, 409, 413))
async def add_message_file(message_id: MessageId, body: FileIn, rt: Rt, tx: Tx, caller: Sender) -> FileOut:
    """Attaches a file to a draft; all together may have 25 MiB."""
    return FileOut.model_validate(await service.attach(rt, tx, caller, message_id, body))


@router.delete("/messages/{message_id}/files/{file_id}", status_code=204, responses=errors(404, 409))
async def remove_message_file(message_id: MessageId, file_id: MessageFileId, tx: Tx, caller: Sender) -> None:
    """Takes it from the draft."""
    await service.detach(tx, caller, message_id, file_id)

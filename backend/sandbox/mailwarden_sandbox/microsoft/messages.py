"""Messages: drafts, sending, reading."""

from email.utils import getaddresses
from functools import wraps

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import DRAFT, DRAFTS, INBOX, SEEN, SENT, TRASH, Mailbox, Message
from mailwarden_sandbox.mail import comebacks
from mailwarden_sandbox.mail.login import find_account
from mailwarden_sandbox.microsoft import errors, ids
from mailwarden_sandbox.microsoft.compose import LARGEST, BadMessage, from_json, from_mime, is_mime
from mailwarden_sandbox.microsoft.render import parsed, to_json
from mailwarden_sandbox.provider import Handler
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import Submitted


def taking(handler: Handler) -> Handler:
    """Bad messages are raised deep in the composing and answered here."""

    @wraps(handler)
    def guarded(call: Call) -> Response:
        if len(call.body) > LARGEST:
            return errors.graph(call, 413, "ErrorMessageSizeExceeded", "The message exceeds the maximum size.")
        try:
            answer = handler(call)
        except BadMessage as bad:
            return errors.bad(call, bad.code, str(bad))
        except ValueError:
            return errors.bad(call, "BadRequest", "Unable to read JSON request payload.")
        if not isinstance(answer, Response):
            raise TypeError("these handlers answer at once")
        return answer

    return guarded


def mailbox_of(call: Call) -> Mailbox:
    return call.holder.mailbox


def found(call: Call) -> Message | None:
    return ids.find(mailbox_of(call), call.params["id"])


def selected(call: Call) -> list[str]:
    return [name for part in call.query.get("$select", []) for name in part.split(",") if name]


def shown(call: Call, message: Message, status: int = 200) -> Response:
    context = f"{call.base}/v1.0/$metadata#users('{call.holder.user_email}')/messages/$entity"
    return json_answer({"@odata.context": context, **to_json(call, message, selected(call))}, status)


def send_mail(call: Call) -> Response:
    """202 and nothing else: no id, and no promise that it arrives."""
    if is_mime(call):
        raw, keep = from_mime(call), True
    else:
        told = call.json()
        raw = from_json(call, told.get("Message") or told.get("message"))
        keep = str(told.get("SaveToSentItems", told.get("saveToSentItems", True))).lower() != "false"
    _send(call, raw)
    if keep:
        mailbox_of(call).add(SENT, _without_bcc(raw), {SEEN})
    return Response(status_code=202)


def create(call: Call) -> Response:
    raw = from_mime(call) if is_mime(call) else from_json(call, call.json())
    return shown(call, mailbox_of(call).add(DRAFTS, raw, {DRAFT, SEEN}), 201)


def send_draft(call: Call) -> Response:
    draft = found(call)
    if draft is None or DRAFT not in draft.flags:
        return errors.not_found(call)
    _send(call, draft.raw)
    box = mailbox_of(call)
    box.flag(draft, {SEEN})
    box.move(draft, SENT)
    return Response(status_code=202)


def _send(call: Call, raw: bytes) -> None:
    mime = parsed(raw)
    named = [str(value) for header in ("To", "Cc", "Bcc") for value in mime.get_all(header, [])]
    recipients = [address for _, address in getaddresses(named) if address]
    if not recipients:
        raise BadMessage("ErrorInvalidRecipients", "At least one recipient must be specified.")
    world, sender = call.world, call.holder.user_email
    world.submitted.append(Submitted(world.now(), sender, tuple(recipients), raw))
    for recipient in recipients:
        if person := _colleague(call, recipient) or find_account(world, recipient):
            person.mailbox.add(INBOX, _without_bcc(raw))
    comebacks.take(world, call.holder, recipients, _without_bcc(raw))


def _colleague(call: Call, address: str) -> Account | None:
    """Accounts of several providers may share one address here: who writes at Microsoft means the one there."""
    return next((a for a in call.world.accounts("microsoft") if a.user_email == address.lower()), None)


def _without_bcc(raw: bytes) -> bytes:
    mime = parsed(raw)
    if mime["Bcc"] is None:
        return raw
    del mime["Bcc"]
    return mime.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def one(call: Call) -> Response:
    message = found(call)
    return shown(call, message) if message else errors.not_found(call)


def raw(call: Call) -> Response:
    message = found(call)
    return Response(message.raw, media_type="text/plain") if message else errors.not_found(call)


def update(call: Call) -> Response:
    message = found(call)
    if message is None:
        return errors.not_found(call)
    told = call.json()
    if "isRead" in told:
        mailbox_of(call).flag(message, message.flags | {SEEN} if told["isRead"] else message.flags - {SEEN})
    if DRAFT in message.flags and {"subject", "body", "toRecipients"} & told.keys():
        before = to_json(call, message)
        mailbox_of(call).replace(message, from_json(call, {**before, **told}))
    return shown(call, message)


def delete(call: Call) -> Response:
    """First into Deleted Items, from there for good."""
    message, box = found(call), mailbox_of(call)
    if message is None:
        return errors.not_found(call)
    if message.folder == TRASH:
        box.remove(message)
    else:
        box.move(message, TRASH)
    return Response(status_code=204)


def move(call: Call) -> Response:
    message, box = found(call), mailbox_of(call)
    target = ids.find_folder(box, str(call.json().get("destinationId") or call.json().get("DestinationId")))
    if message is None or target is None:
        return errors.not_found(call)
    box.move(message, target)
    return shown(call, message, 201)

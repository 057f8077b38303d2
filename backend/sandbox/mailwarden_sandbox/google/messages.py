"""Messages: list, read, change, send."""

import secrets
from collections import deque
from email import message_from_bytes, policy
from email.message import Message as Mime
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import INBOX, JUNK, SEEN, SENT, TRASH, Message
from mailwarden_sandbox.google import errors, mime
from mailwarden_sandbox.google.paging import Page, page_of
from mailwarden_sandbox.google.scopes import READS_BODIES
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.google.upload import Upload, read_upload
from mailwarden_sandbox.mail import comebacks
from mailwarden_sandbox.mail.login import find_accounts
from mailwarden_sandbox.responses import json_answer

LARGEST = 36_700_160
PER_DAY = 2000
_DAY = 86_400.0
FORMS = ("full", "metadata", "minimal", "raw")


def profile(call: Call) -> Response:
    box = call.holder.mailbox
    found = box.messages()
    return json_answer(
        {
            "emailAddress": call.holder.user_email,
            "messagesTotal": len(found),
            "threadsTotal": len({m.thread for m in found}),
            "historyId": str(box.newest_change),
        }
    )


def listing(call: Call) -> Response:
    """Newest first. Of the search language ``rfc822msgid:``, ``in:``, ``-in:``, ``after:``, ``before:`` and words."""
    query = call.one("q")
    if query and call.access and call.access.scopes.isdisjoint(READS_BODIES):
        return errors.api_error(403, "forbidden", "Metadata scope does not support 'q' parameter")
    wanted = set(call.query.get("labelIds", []))
    everything = call.flag("includeSpamTrash") or wanted & {"TRASH", "SPAM"}
    visible = [m for m in reversed(call.holder.mailbox.messages()) if everything or m.folder not in (TRASH, JUNK)]
    labelled = [m for m in visible if wanted <= set(mime.labels(m))]
    found = [m for m in labelled if all(map(_finder(m), (query or "").split()))]
    page = page_of(call, found, 100, 500)
    if isinstance(page, Response):
        return page
    return json_answer(_page([mime.ids(m) for m in page.items], "messages", page))


def _page(shown: list[dict[str, Any]], name: str, page: Page[Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"resultSizeEstimate": page.total}
    if shown:
        said[name] = shown
    return said | ({"nextPageToken": page.next} if page.next else {})


def _finder(message: Message) -> Any:
    parsed = message_from_bytes(message.raw)

    def fits(term: str) -> bool:
        key, colon, value = term.partition(":")
        if key == "rfc822msgid" and colon:
            return str(parsed.get("Message-ID", "")).strip("<> ") == value.strip("<>")
        if key in ("in", "-in") and colon:
            inside = value == "anywhere" or value.upper().removesuffix("S") in mime.labels(message)
            return inside == (key == "in")
        if key == "after" and value.isdigit():
            return message.at >= int(value)
        if key == "before" and value.isdigit():
            return message.at < int(value)
        return term.lower().encode() in message.raw.lower()

    return fits


def find(call: Call) -> Message | None:
    return call.holder.mailbox.get(call.params["id"])


def one(call: Call) -> Response:
    message, form = find(call), call.one("format") or "full"
    if message is None:
        return errors.not_found()
    if form not in FORMS:
        return errors.bad_request(f"Invalid value at 'format': {form}")
    if form in ("full", "raw") and call.access and call.access.scopes.isdisjoint(READS_BODIES):
        return errors.api_error(403, "forbidden", "Metadata scope doesn't allow format FULL")
    return json_answer(mime.shown(message, form, call.many("metadataHeaders")))


def modify(call: Call) -> Response:
    message = find(call)
    if message is None:
        return errors.not_found()
    try:
        asked = call.json()
        add, remove = set(asked.get("addLabelIds") or ()), set(asked.get("removeLabelIds") or ())
    except (ValueError, AttributeError, TypeError):
        return errors.bad_request("Invalid JSON payload received.", "badRequest")
    if add & {"SENT", "DRAFT"}:
        return errors.bad_request("Invalid label: SENT")
    _relabel(call.holder, message, add, remove)
    return json_answer(mime.shown(message, "minimal", []))


def _relabel(account: Account, message: Message, add: set[str], remove: set[str]) -> None:
    flags = set(message.flags)
    for label, flag, on in (("UNREAD", SEEN, False), ("STARRED", mime.FLAGGED, True)):
        if label in add | remove:
            (flags.add if (label in add) is on else flags.discard)(flag)
    if flags != message.flags:
        account.mailbox.flag(message, flags)
    places = sorted(add - {"UNREAD", "STARRED", "IMPORTANT"})
    if places:
        account.mailbox.move(message, mime.folder_of(places[0]))
    elif mime.label_of(message.folder) in remove:
        account.mailbox.move(message, mime.ARCHIVE)


def trash(call: Call) -> Response:
    return _moved(call, TRASH)


def untrash(call: Call) -> Response:
    return _moved(call, INBOX)


def _moved(call: Call, folder: str) -> Response:
    message = find(call)
    if message is None:
        return errors.not_found()
    call.holder.mailbox.move(message, folder)
    return json_answer(mime.shown(message, "minimal", []))


def delete(call: Call) -> Response:
    message = find(call)
    if message is None:
        return errors.not_found()
    call.holder.mailbox.remove(message)
    return Response(status_code=204)


def send(call: Call) -> Response:
    given = read_upload(call)
    return given if isinstance(given, Response) else send_raw(call, given)


def send_raw(call: Call, given: Upload, draft: Message | None = None) -> Response:
    """The draft, if it was one, leaves its folder."""
    parsed = message_from_bytes(given.raw)
    if refused := _unfit(call, given, parsed):
        return refused
    account, world = call.holder, call.world
    sent = world.part(GoogleState).sent.setdefault(account.external_id, deque())
    while sent and sent[0] <= world.now() - _DAY:
        sent.popleft()
    if world.quotas and len(sent) >= PER_DAY:
        return errors.sending_limit()
    sent.append(world.now())
    thread = given.thread or (draft.thread if draft else None)
    if draft is not None:
        account.mailbox.remove(draft)
    kept = account.mailbox.add(SENT, _as_sent(account, given.raw), {SEEN}, thread)
    _hand_over(call, kept.raw, parsed)
    return json_answer(mime.ids(kept) | {"labelIds": ["SENT"]})


def _unfit(call: Call, given: Upload, parsed: Mime) -> Response | None:
    if len(given.raw) > LARGEST:
        return errors.api_error(413, "uploadTooLarge", "Request is too large.")
    to = mime.recipients(parsed)
    if not to:
        return errors.bad_request("Recipient address required")
    if not all("@" in address and " " not in address for address in to):
        return errors.bad_request("Invalid To header")
    if given.thread and not any(m.thread == given.thread for m in call.holder.mailbox.messages()):
        return errors.not_found()
    return None


def _as_sent(account: Account, raw: bytes) -> bytes:
    """What Gmail makes of a message: its own Message-ID, its own address unless an alias is written, and no Bcc."""
    parsed = message_from_bytes(raw, policy=policy.compat32)
    own = str(parsed.get("Message-ID", "")).strip()
    for name in ("Bcc", "Message-ID"):
        del parsed[name]
    if account.user_email not in str(parsed.get("From", "")):
        del parsed["From"]
        parsed["From"] = f"{account.name} <{account.user_email}>"
    if own:
        parsed["X-Google-Original-Message-ID"] = own
    parsed["Message-ID"] = f"<CA+{secrets.token_urlsafe(30)}@mail.gmail.com>"
    return parsed.as_bytes(policy=policy.compat32.clone(linesep="\r\n"))


def _hand_over(call: Call, raw: bytes, parsed: Mime) -> None:
    """To whoever has a mailbox in this sandbox; the rest of the world takes everything and answers as it is told."""
    wanted = {address.lower() for address in mime.recipients(parsed)}
    for address in sorted(wanted):
        for account in find_accounts(call.world, address):
            account.mailbox.add(INBOX, raw)
    comebacks.take(call.world, call.holder, sorted(wanted), raw)

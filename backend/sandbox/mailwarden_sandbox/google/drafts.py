"""Drafts. A draft keeps its id while its message gets a new one with every change."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import DRAFT, DRAFTS, SEEN, Message
from mailwarden_sandbox.google import errors, mime
from mailwarden_sandbox.google.messages import FORMS, send_raw
from mailwarden_sandbox.google.paging import page_of
from mailwarden_sandbox.google.upload import Upload, read_upload
from mailwarden_sandbox.responses import json_answer


def _draft_id(message: Message) -> str:
    return f"r{int(message.thread, 16) % 10**18:018d}" if _is_hex(message.thread) else f"r{message.thread}"


def _is_hex(text: str) -> bool:
    return bool(text) and all(c in "0123456789abcdef" for c in text)


def _all(call: Call) -> list[Message]:
    return call.holder.mailbox.messages(DRAFTS)[::-1]


def _find(call: Call, draft_id: str) -> Message | None:
    return next((m for m in _all(call) if _draft_id(m) == draft_id), None)


def _shown(message: Message) -> dict[str, Any]:
    return {"id": _draft_id(message), "message": mime.ids(message) | {"labelIds": mime.labels(message)}}


def listing(call: Call) -> Response:
    page = page_of(call, _all(call), 100, 500)
    if isinstance(page, Response):
        return page
    said: dict[str, Any] = {"resultSizeEstimate": page.total}
    if page.items:
        said["drafts"] = [{"id": _draft_id(m), "message": mime.ids(m)} for m in page.items]
    return json_answer(said | ({"nextPageToken": page.next} if page.next else {}))


def one(call: Call) -> Response:
    found, form = _find(call, call.params["id"]), call.one("format") or "full"
    if found is None:
        return errors.not_found()
    if form not in FORMS:
        return errors.bad_request(f"Invalid value at 'format': {form}")
    return json_answer({"id": _draft_id(found), "message": mime.shown(found, form, [])})


def create(call: Call) -> Response:
    given = read_upload(call, "message")
    if isinstance(given, Response):
        return given
    return json_answer(_shown(_keep(call, given.raw, given.thread)))


def _keep(call: Call, raw: bytes, thread: str | None) -> Message:
    return call.holder.mailbox.add(DRAFTS, raw, {DRAFT, SEEN}, thread)


def update(call: Call) -> Response:
    before, given = _find(call, call.params["id"]), read_upload(call, "message")
    if isinstance(given, Response):
        return given
    if before is None:
        return errors.not_found()
    call.holder.mailbox.remove(before)
    return json_answer(_shown(_keep(call, given.raw, before.thread)))


def delete(call: Call) -> Response:
    found = _find(call, call.params["id"])
    if found is None:
        return errors.not_found()
    call.holder.mailbox.remove(found)
    return Response(status_code=204)


def send(call: Call) -> Response:
    """``{"id": …}`` of a draft, with a new ``message`` for it if wanted."""
    try:
        asked = call.json()
        found, changed = _find(call, str(asked["id"])), asked.get("message")
    except (ValueError, KeyError, TypeError, AttributeError):
        return errors.bad_request("Invalid draft")
    if found is None:
        return errors.not_found()
    if not changed or "raw" not in changed:
        return send_raw(call, Upload(found.raw, None), found)
    given = read_upload(call, "message")
    return given if isinstance(given, Response) else send_raw(call, given, found)

"""What changed since: kept for a week, after which only a full listing helps."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import SEEN, Change, Mailbox
from mailwarden_sandbox.google import errors, mime
from mailwarden_sandbox.google.paging import page_of
from mailwarden_sandbox.responses import json_answer

KEPT_S = 7 * 86_400
_KINDS = {"added": "messagesAdded", "removed": "messagesDeleted", "moved": "labelsAdded"}
_TYPES = {"messagesAdded": "messageAdded", "messagesDeleted": "messageDeleted", "labelsAdded": "labelAdded",
          "labelsRemoved": "labelRemoved"}  # fmt: skip


def listing(call: Call) -> Response:
    start, box = call.one("startHistoryId") or "", call.holder.mailbox
    if not start.isdigit():
        return errors.bad_request("Missing or invalid startHistoryId")
    if int(start) < _oldest(box, call.world.now()) or int(start) > box.newest_change:
        return errors.not_found()
    types, label = set(call.query.get("historyTypes", [])), call.one("labelId")
    found = [record for change in box.since(int(start)) if (record := _record(box, change, types, label))]
    page = page_of(call, found, 100, 500)
    if isinstance(page, Response):
        return page
    said: dict[str, Any] = {"historyId": str(box.newest_change)}
    if page.items:
        said["history"] = list(page.items)
    return json_answer(said | ({"nextPageToken": page.next} if page.next else {}))


def _oldest(box: Mailbox, now: float) -> int:
    """Up to which change everything is forgotten."""
    return max((c.number for c in box.changes if c.at < now - KEPT_S), default=0)


def _record(box: Mailbox, change: Change, types: set[str], label: str | None) -> dict[str, Any] | None:
    message = box.get(change.key)
    known = mime.labels(message) if message else [found] if (found := mime.label_of(change.folder)) else []
    shown = {"id": change.key, "threadId": message.thread if message else change.key}
    kind = _KINDS.get(change.kind) or ("labelsRemoved" if message and SEEN in message.flags else "labelsAdded")
    if (types and _TYPES[kind] not in types) or (label and label not in known):
        return None
    item: dict[str, Any] = {"message": shown | {"labelIds": known}}
    if kind.startswith("labels"):
        item["labelIds"] = ["UNREAD"] if change.kind == "flags" else known
    return {"id": str(change.number), "messages": [shown], kind: [item]}

"""Lists of messages and folders, by pages."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import parse_time
from mailwarden_sandbox.data.mailbox import SEEN, Message
from mailwarden_sandbox.microsoft import errors, ids
from mailwarden_sandbox.microsoft.compose import BadMessage
from mailwarden_sandbox.microsoft.messages import mailbox_of, selected
from mailwarden_sandbox.microsoft.render import to_json
from mailwarden_sandbox.responses import json_answer

PAGE, LONGEST_PAGE = 10, 1000
Fits = Callable[[Call, Message], bool]
_RECEIVED = re.compile(r"receivedDateTime (ge|gt|le|lt) (\S+)")
_MESSAGE_ID = re.compile(r"internetMessageId eq '([^']+)'")
_READ = re.compile(r"isRead eq (true|false)")


def messages(call: Call) -> Response:
    """Of one folder, or of all; newest first."""
    folder = None
    if "folder" in call.params:
        folder = ids.find_folder(mailbox_of(call), call.params["folder"])
        if folder is None:
            return errors.not_found(call)
    fits = matching(call.one("$filter"))
    fitting = [m for m in reversed(mailbox_of(call).messages(folder)) if fits(call, m)]
    top, skip = _number(call, "$top", PAGE), _number(call, "$skip", 0)
    page = fitting[skip : skip + top]
    context = f"{call.base}/v1.0/$metadata#users('{call.holder.user_email}')/messages"
    body: dict[str, Any] = {"@odata.context": context}
    if call.flag("$count"):
        body["@odata.count"] = len(fitting)
    body["value"] = [to_json(call, m, selected(call)) for m in page]
    if skip + top < len(fitting):
        query = {k: v[-1] for k, v in call.query.items() if k != "$skip"} | {"$skip": str(skip + top)}
        body["@odata.nextLink"] = f"{call.base}{call.path}?{urlencode(query)}"
    return json_answer(body)


def _number(call: Call, name: str, default: int) -> int:
    told = call.one(name) or str(default)
    if not told.isdigit() or (int(told) > LONGEST_PAGE and name == "$top"):
        raise BadMessage("BadRequest", f"Invalid value '{told}' for {name} query option found.")
    return int(told)


def matching(condition: str | None) -> Fits:
    """The conditions that mail apps use, joined by ``and``; anything else is refused, never ignored."""
    tests = [_test(part.strip()) for part in (condition or "").split(" and ") if part.strip()]
    return lambda call, message: all(test(call, message) for test in tests)


def _test(part: str) -> Fits:
    if match := _RECEIVED.fullmatch(part):
        return _received(match[1], parse_time(match[2]))
    if match := _MESSAGE_ID.fullmatch(part):
        wanted = match[1]
        return lambda call, message: to_json(call, message)["internetMessageId"] == wanted
    if match := _READ.fullmatch(part):
        read = match[1] == "true"
        return lambda _, message: (SEEN in message.flags) == read
    raise BadMessage("ErrorInvalidUrlQueryFilter", f"The query filter contains one or more invalid nodes: {part}")


def _received(how: str, moment: float) -> Fits:
    def fits(_: Call, message: Message) -> bool:
        at = int(message.at)
        return {"ge": at >= moment, "gt": at > moment, "le": at <= moment, "lt": at < moment}[how]

    return fits


def folder(call: Call) -> Response:
    name = ids.find_folder(mailbox_of(call), call.params["folder"])
    return errors.not_found(call) if name is None else json_answer(_folder(call, name))


def folders(call: Call) -> Response:
    return json_answer({"value": [_folder(call, name) for name in mailbox_of(call).folders()]})


def _folder(call: Call, name: str) -> dict[str, Any]:
    held = mailbox_of(call).messages(name)
    return {
        "id": ids.folder_id(name),
        "displayName": ids.display_name(name),
        "parentFolderId": "AQMkADcROOT",
        "childFolderCount": 0,
        "unreadItemCount": sum(SEEN not in m.flags for m in held),
        "totalItemCount": len(held),
        "isHidden": False,
    }

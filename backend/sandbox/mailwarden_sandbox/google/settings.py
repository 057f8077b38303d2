"""Labels, and the addresses an account may send from."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.google import errors, mime
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.responses import json_answer


def _labels(call: Call) -> list[dict[str, Any]]:
    box = call.holder.mailbox
    own = [label for folder in box.folders() if (label := mime.label_of(folder)) and label not in mime.SYSTEM]
    system = [{"id": name, "name": name, "type": "system"} for name in mime.SYSTEM]
    return system + [{"id": label, "name": label.removeprefix("Label_"), "type": "user"} for label in own]


def labels(call: Call) -> Response:
    return json_answer({"labels": _labels(call)})


def label(call: Call) -> Response:
    found = next((one for one in _labels(call) if one["id"] == call.params["id"]), None)
    if found is None:
        return errors.not_found()
    inside = [m for m in call.holder.mailbox.messages() if found["id"] in mime.labels(m)]
    unread = [m for m in inside if "UNREAD" in mime.labels(m)]
    counts = {
        "messagesTotal": len(inside),
        "messagesUnread": len(unread),
        "threadsTotal": len({m.thread for m in inside}),
        "threadsUnread": len({m.thread for m in unread}),
    }
    return json_answer(found | counts)


def create_label(call: Call) -> Response:
    try:
        name = str(call.json()["name"]).strip()
    except (ValueError, KeyError, TypeError):
        name = ""
    if not name or name in mime.SYSTEM:
        return errors.bad_request("Invalid label name")
    if any(one["name"] == name for one in _labels(call)):
        return errors.api_error(409, "aborted", "Label name exists or conflicts", rpc="ABORTED")
    call.holder.mailbox.uid_validity.setdefault(name, 1)
    return json_answer({"id": f"Label_{name}", "name": name, "type": "user"})


def _senders(call: Call) -> list[dict[str, object]]:
    account = call.holder
    own: dict[str, object] = {
        "sendAsEmail": account.user_email, "displayName": account.name, "replyToAddress": "", "isPrimary": True,
        "signature": f"<div>{account.name}</div>", "isDefault": True,
    }  # fmt: skip
    return [own, *call.world.part(GoogleState).aliases.get(account.external_id, [])]


def senders(call: Call) -> Response:
    return json_answer({"sendAs": _senders(call)})


def sender(call: Call) -> Response:
    wanted = call.params["email"].replace("%40", "@").lower()
    found = next((one for one in _senders(call) if str(one["sendAsEmail"]).lower() == wanted), None)
    return json_answer(found) if found else errors.not_found()

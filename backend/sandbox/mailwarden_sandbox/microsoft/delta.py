"""What changed in a folder: the first round tells everything, each later one what happened since its token."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.microsoft import errors, ids
from mailwarden_sandbox.microsoft.listing import PAGE, matching
from mailwarden_sandbox.microsoft.messages import mailbox_of, selected
from mailwarden_sandbox.microsoft.render import to_json
from mailwarden_sandbox.responses import json_answer

STATE_LIFE_S = 30 * 86_400
_KINDS = {"created": {"added", "moved"}, "updated": {"flags"}, "deleted": {"removed", "moved"}}


@dataclass(slots=True)
class Round:
    """One walk through the pages; the token of its next page, or of the next round, names it."""

    account: str
    folder: str
    newest: int
    keys: list[str]
    at: float
    query: dict[str, str]


@dataclass(slots=True)
class DeltaStates:
    rounds: dict[str, Round] = field(default_factory=dict)


def messages(call: Call) -> Response:
    folder = ids.find_folder(mailbox_of(call), call.params["folder"])
    if folder is None:
        return errors.not_found(call)
    token, skip = call.one("$deltatoken"), call.one("$skiptoken")
    if token is None and skip is None:
        return _page(call, _begin(call, folder, None, _options(call)), 0)
    name, _, offset = (token or skip or "").partition("-")
    known = call.world.part(DeltaStates).rounds.get(name)
    if known is None or known.account != call.holder.external_id or known.folder != folder:
        return _gone(call, "syncStateNotFound")
    if call.world.now() - known.at > STATE_LIFE_S:
        return _gone(call, "resyncRequired")
    if skip is not None:
        return _page(call, name, int(offset or 0))
    return _page(call, _begin(call, folder, known.newest, known.query), 0)


def forget_all(call_world: Any, account: str) -> None:
    """Every known state of an account is lost, as it happens when a mailbox is moved."""
    states = call_world.part(DeltaStates).rounds
    for name in [name for name, known in states.items() if known.account == account]:
        del states[name]


def _gone(call: Call, code: str) -> Response:
    text = "The sync state generation is not found; full synchronization is required."
    location = f"{call.base}{call.path}"
    return errors.graph(call, 410, code, text, {"location": location}, inner="resyncRequired")


def _options(call: Call) -> dict[str, str]:
    return {name: call.one(name) or "" for name in ("$select", "$filter", "$top", "changeType") if call.one(name)}


def _begin(call: Call, folder: str, since: int | None, query: dict[str, str]) -> str:
    box = mailbox_of(call)
    if since is None:
        fits = matching(query.get("$filter"))
        keys = [m.key for m in box.messages(folder) if fits(call, m)]
    else:
        here, kinds = {c.key for c in box.changes if c.folder == folder}, _KINDS.get(query.get("changeType", ""))
        changes = [c for c in box.since(since) if c.key in here and (kinds is None or c.kind in kinds)]
        keys = list(dict.fromkeys(c.key for c in changes))
    name = secrets.token_urlsafe(12).replace("-", "_")
    states = call.world.part(DeltaStates).rounds
    states[name] = Round(call.holder.external_id, folder, box.newest_change, keys, call.world.now(), query)
    return name


def _page(call: Call, name: str, offset: int) -> Response:
    known = call.world.part(DeltaStates).rounds[name]
    size, end = _size(call, known), len(known.keys)
    items = [item for key in known.keys[offset : offset + size] if (item := _item(call, known, key))]
    more = offset + size < end
    link = f"$skiptoken={name}-{offset + size}" if more else f"$deltatoken={name}"
    context = f"{call.base}/v1.0/$metadata#Collection(message)"
    field_name = "@odata.nextLink" if more else "@odata.deltaLink"
    return json_answer({"@odata.context": context, field_name: f"{call.base}{call.path}?{link}", "value": items})


def _size(call: Call, known: Round) -> int:
    preferred = re.search(r"odata\.maxpagesize=(\d+)", call.headers.get("prefer", ""))
    told = preferred[1] if preferred else known.query.get("$top", str(PAGE))
    return max(1, int(told)) if told.isdigit() else PAGE


def _item(call: Call, known: Round, key: str) -> dict[str, Any] | None:
    message = mailbox_of(call).get(key)
    if message is None or message.folder != known.folder:
        if known.query.get("changeType") in ("created", "updated"):
            return None
        return {
            "@odata.type": "#microsoft.graph.message",
            "id": ids.message_id(call, key, known.folder),
            "@removed": {"reason": "deleted"},
        }
    wanted = selected(call) or [name for name in known.query.get("$select", "").split(",") if name]
    return {"@odata.type": "#microsoft.graph.message", **to_json(call, message, wanted)}

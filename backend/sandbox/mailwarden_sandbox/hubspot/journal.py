"""The webhooks journal: where an app learns by pull that it was installed or uninstalled."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import Lifecycle, World

INSTALLED, UNINSTALLED = "4-1909196", "4-1916193"
_RETENTION_S, _URL_TTL_S = 3 * 86_400, 300
Subscription = dict[str, object]


def _of_client(world: World, client_id: str | None) -> list[Subscription]:
    return [s for (client, _), s in sorted(world.subscriptions.items()) if client == client_id]


def subscribe(call: Call) -> Response:
    try:
        wanted = call.json()
        kind, event_type = wanted["subscriptionType"], str(wanted["eventTypeId"])
    except (ValueError, KeyError, TypeError):
        return errors.invalid(call, "subscriptionType and eventTypeId are required", "subscriptionType")
    if kind != "APP_LIFECYCLE_EVENT" or event_type not in (INSTALLED, UNINSTALLED):
        return errors.invalid(call, f"unsupported subscription {kind} {event_type}", "eventTypeId")
    world, client_id = call.world, call.client_id or ""
    if any(s["eventTypeId"] == event_type for s in _of_client(world, client_id)):
        return errors.api_error(call, 409, "CONFLICT", "A subscription of this kind exists already")
    number = len(world.subscriptions) + 1
    while (client_id, number) in world.subscriptions:
        number += 1
    stamp = iso_millis(world.now())
    subscription: Subscription = {
        "id": number, "subscriptionType": kind, "eventTypeId": event_type, "properties": [], "createdAt": stamp,
    }  # fmt: skip
    world.subscriptions[client_id, number] = subscription
    return json_answer(subscription, 201)


def subscriptions(call: Call) -> Response:
    return json_answer({"results": _of_client(call.world, call.client_id)})


def unsubscribe(call: Call) -> Response:
    key = (call.client_id or "", int(call.params["id"])) if call.params["id"].isdigit() else ("", 0)
    if call.world.subscriptions.pop(key, None) is None:
        return errors.not_found(call)
    return Response(status_code=204)


def _offset(number: int) -> str:
    """Each entry is a page of its own; its offset looks like the UUIDs that HubSpot gives."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _pages(call: Call) -> list[tuple[int, Lifecycle]]:
    world = call.world
    types = {str(s["eventTypeId"]) for s in _of_client(world, call.client_id)}
    return [
        (n, entry)
        for n, entry in enumerate(world.lifecycle, 1)
        if entry.client_id == call.client_id
        and entry.account.provider == "hubspot"
        and entry.at > world.now() - _RETENTION_S
        and (INSTALLED if entry.installed else UNINSTALLED) in types
    ]


def _pointer(call: Call, pages: list[tuple[int, Lifecycle]]) -> Response:
    if not pages:
        return Response(status_code=204)
    number, expires = pages[0][0], call.world.now() + _URL_TTL_S
    query = f"expires={int(expires)}&signature={_signature(call.world, number)}"
    url = f"{call.base}/webhooks-journal/download/{_offset(number)}?{query}"
    return json_answer({"currentOffset": _offset(number), "expiresAt": iso_millis(expires), "url": url})


def _signature(world: World, number: int) -> str:
    return f"{abs(hash((id(world), number))):016x}"


def earliest(call: Call) -> Response:
    return _pointer(call, _pages(call)[:1])


def latest(call: Call) -> Response:
    return _pointer(call, _pages(call)[-1:])


def after(call: Call) -> Response:
    last = call.params["offset"].rpartition("-")[2]
    if not last.isdigit():
        return errors.not_found(call, "unknown offset")
    return _pointer(call, [page for page in _pages(call) if page[0] > int(last)][:1])


def download(call: Call) -> Response:
    """The signed address needs no token."""
    last = call.params["offset"].rpartition("-")[2]
    number = int(last) if last.isdigit() else 0
    if not 0 < number <= len(call.world.lifecycle) or call.one("signature") != _signature(call.world, number):
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
    if call.world.now() > float(call.one("expires") or 0):
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
    entry = call.world.lifecycle[number - 1]
    event: dict[str, Any] = {
        "type": "app_lifecycle_event",
        "action": "APP_INSTALL" if entry.installed else "APP_UNINSTALL",
        "portalId": errors.portal(entry.account),
        "occurredAt": iso_millis(entry.at),
        "eventTypeId": INSTALLED if entry.installed else UNINSTALLED,
        "properties": {},
    }
    body = {"offset": _offset(number), "journalEvents": [event], "publishedAt": iso_millis(entry.at)}
    return json_answer(body)

"""Subscriptions to changes: made after a handshake with both addresses, renewed, ended."""

import re
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z, parse_time
from mailwarden_sandbox.microsoft import errors, ids
from mailwarden_sandbox.microsoft.handshake import NoHandshake, shake_hands
from mailwarden_sandbox.microsoft.kept import Subscription, Subscriptions
from mailwarden_sandbox.microsoft.notify import watch
from mailwarden_sandbox.microsoft.people import object_of
from mailwarden_sandbox.responses import json_answer

LONGEST_S, SHORTEST_S = 10_080 * 60, 45 * 60
MOST_PER_MAILBOX = 1000
LONGEST_STATE = 128
_CHANGES = frozenset({"created", "updated", "deleted"})
_RESOURCE = re.compile(
    r"/?(?:me|users/(?P<user>[^/]+))(?:/mailfolders(?:\('(?P<odata>[^']+)'\)|/(?P<folder>[^/]+)))?/messages", re.I
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadSubscription(ValueError):
    def __init__(self, message: str, code: str = "InvalidRequest") -> None:
        super().__init__(message)
        self.code = code


async def create(call: Call) -> Response:
    try:
        made = _made(call, call.json())
        for url in dict.fromkeys(filter(None, (made.url, made.lifecycle_url))):
            await shake_hands(call, url)
    except BadSubscription as bad:
        return errors.bad(call, bad.code, str(bad))
    except NoHandshake as none:
        return errors.bad(call, "ValidationError", str(none))
    except ValueError:
        return errors.bad(call, "BadRequest", "Unable to read JSON request payload.")
    kept = call.world.part(Subscriptions)
    if len(kept.of(made.account, call.world.now())) >= MOST_PER_MAILBOX:
        return errors.graph(call, 403, "ExtensionError", "The limit of subscriptions per mailbox is reached.")
    kept.by_id[made.id] = made
    watch(call.world, made.account)
    return json_answer(_shown(call, made, with_state=True), 201)


def _made(call: Call, told: Any) -> Subscription:
    if not isinstance(told, dict):
        raise BadSubscription("The subscription is missing.")
    changes = frozenset(part.strip() for part in str(told.get("changeType") or "").split(","))
    if not changes <= _CHANGES:
        raise BadSubscription("changeType must be one or more of created, updated, deleted.")
    state = told.get("clientState")
    if state is not None and len(str(state)) > LONGEST_STATE:
        raise BadSubscription(f"clientState must be at most {LONGEST_STATE} characters.")
    lifecycle = told.get("lifecycleNotificationUrl")
    return Subscription(
        call.world.new_id(),
        call.holder,
        call.client_id or "",
        str(told.get("resource") or ""),
        _folder(call, str(told.get("resource") or "")),
        changes,
        _address(told.get("notificationUrl"), "notificationUrl"),
        _address(lifecycle, "lifecycleNotificationUrl") if lifecycle else None,
        str(state) if state is not None else None,
        _until(call, told.get("expirationDateTime")),
    )


def _folder(call: Call, resource: str) -> str | None:
    match = _RESOURCE.fullmatch(resource)
    if match is None or (match["user"] and match["user"] not in (object_of(call.holder), call.holder.user_email)):
        raise BadSubscription(f"The resource '{resource}' is not supported.")
    named = match["odata"] or match["folder"]
    found = ids.find_folder(call.holder.mailbox, named) if named else None
    if named and found is None:
        raise BadSubscription("The folder does not exist.", "ErrorItemNotFound")
    return found


def _address(told: Any, name: str) -> str:
    """Https; a sandbox may also call plain loopback addresses."""
    parts = urlsplit(str(told or ""))
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return str(told)
    raise BadSubscription(f"{name} must be an https address.")


def _until(call: Call, told: Any) -> float:
    """At most seven days ahead; what is shorter than 45 minutes is made that long."""
    now, asked = call.world.now(), parse_time(str(told))
    if asked <= now:
        raise BadSubscription("Subscription expiration must be in the future.")
    if asked > now + LONGEST_S + 60:
        raise BadSubscription("Subscription expiration can only be 10080 minutes in the future.", "ExtensionError")
    return max(asked, now + SHORTEST_S)


def _mine(call: Call) -> Subscription | None:
    found = call.world.part(Subscriptions).by_id.get(call.params["id"])
    if found is None or found.account is not call.holder or found.client_id != call.client_id:
        return None
    return found if found.expires > call.world.now() else None


def _missing(call: Call) -> Response:
    return errors.graph(call, 404, "ResourceNotFound", "The object was not found.")


def listing(call: Call) -> Response:
    mine = call.world.part(Subscriptions).of(call.holder, call.world.now())
    return json_answer({"value": [_shown(call, s) for s in mine if s.client_id == call.client_id]})


def one(call: Call) -> Response:
    found = _mine(call)
    return json_answer(_shown(call, found)) if found else _missing(call)


def renew(call: Call) -> Response:
    """Only the end can be changed, and the address; never that of lifecycle notifications."""
    found = _mine(call)
    if found is None:
        return _missing(call)
    try:
        found.expires = _until(call, call.json().get("expirationDateTime"))
    except BadSubscription as bad:
        return errors.bad(call, bad.code, str(bad))
    except ValueError:
        return errors.bad(call, "BadRequest", "expirationDateTime is missing or is no time.")
    return json_answer(_shown(call, found))


def reauthorize(call: Call) -> Response:
    return Response(status_code=204) if _mine(call) else _missing(call)


def delete(call: Call) -> Response:
    found = _mine(call)
    if found is None:
        return _missing(call)
    del call.world.part(Subscriptions).by_id[found.id]
    return Response(status_code=204)


def _shown(call: Call, sub: Subscription, *, with_state: bool = False) -> dict[str, Any]:
    """The client state is told once, in the answer to its creation."""
    return {
        "@odata.context": f"{call.base}/v1.0/$metadata#subscriptions/$entity",
        "id": sub.id,
        "resource": sub.resource,
        "applicationId": sub.client_id,
        "changeType": ",".join(sorted(sub.changes)),
        "clientState": sub.client_state if with_state else None,
        "notificationUrl": sub.url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": sub.lifecycle_url,
        "expirationDateTime": iso_z(sub.expires),
        "creatorId": object_of(sub.account),
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }

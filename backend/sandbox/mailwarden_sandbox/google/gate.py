"""Who may call: token, scopes, and quota units per minute."""

from collections import deque

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.google import errors
from mailwarden_sandbox.google.state import GoogleState
from mailwarden_sandbox.provider import Route

UNITS_PER_MINUTE = 6000
_MINUTE = 60.0
_COSTS = {
    ("POST", "/messages/send"): 100, ("POST", "/drafts/send"): 100, ("POST", "/watch"): 100, ("POST", "/stop"): 50,
    ("GET", "/messages/{id}"): 20, ("POST", "/messages/{id}/trash"): 20, ("GET", "/drafts/{id}"): 20,
    ("DELETE", "/messages/{id}"): 20, ("POST", "/messages"): 25, ("PUT", "/drafts/{id}"): 15, ("GET", "/drafts"): 5,
    ("POST", "/drafts"): 10, ("DELETE", "/drafts/{id}"): 10, ("GET", "/messages"): 5, ("GET", "/history"): 2,
    ("POST", "/messages/{id}/modify"): 5, ("POST", "/labels"): 5, ("GET", "/profile"): 1, ("GET", "/labels"): 1,
    ("GET", "/labels/{id}"): 1,
}  # fmt: skip


def admit(call: Call, route: Route) -> Response | None:
    access = call.access
    if access is None or access.dead or access.grant is None or call.world.now() >= access.expires_at:
        return errors.unauthenticated(call)
    account = access.grant.account
    if account.deleted or account.suspended:
        return errors.unauthenticated(call)
    if account.blocked and "/gmail/" in route.template:
        return errors.domain_policy()
    return None


def permit(call: Call, route: Route) -> Response | None:
    granted = call.access.scopes if call.access else frozenset()
    if route.scopes and granted.isdisjoint(route.scopes):
        return errors.scopes_missing(route.scopes)
    return _foreign_user(call)


def _foreign_user(call: Call) -> Response | None:
    """``me`` or the account's own address; anybody else's mail is not to be had."""
    user = call.params.get("user")
    if user is None or user.lower() in ("me", call.holder.user_email.lower()):
        return None
    return errors.api_error(403, "forbidden", f"Delegation denied for {call.holder.user_email}")


def cost(route: Route) -> int:
    _, _, method = route.template.partition("/users/{user}")
    return _COSTS.get((route.method, method), 5)


def throttle(call: Call, route: Route, limit: int | None) -> Response | None:
    """A ``quota`` fault's limit counts units, too."""
    if route.area is not Area.API or call.account is None or (limit is None and not call.world.quotas):
        return None
    ceiling, units, now = (UNITS_PER_MINUTE if limit is None else limit), cost(route), call.world.now()
    key = (call.client_id or "", call.account.external_id)
    spent = call.world.part(GoogleState).spent.setdefault(key, deque())
    while spent and not now - _MINUTE < spent[0][0] <= now:
        spent.popleft()
    if sum(u for _, u in spent) + units > ceiling:
        return errors.rate_limited(spent[0][0] + _MINUTE if spent else now + _MINUTE)
    spent.append((now, units))
    return None

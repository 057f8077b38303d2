"""Who may call Graph: audience, time, what happened since, permissions, and the mailbox's quotas."""

from math import ceil

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.faults.plan import is_refresh
from mailwarden_sandbox.grants import AccessToken, Ending, Grant
from mailwarden_sandbox.microsoft import errors
from mailwarden_sandbox.microsoft.people import object_of
from mailwarden_sandbox.microsoft.scopes import GRAPH
from mailwarden_sandbox.microsoft.state import is_evaluated
from mailwarden_sandbox.microsoft.sts import STS, sts
from mailwarden_sandbox.provider import Route

REQUESTS, WINDOW_S = 10_000, 600
AT_ONCE = 4
SAME_REFRESHES, LOOP_S = 30, 300
_NOBODY = "me-token-to-replace"
_CRITICAL = frozenset({Ending.REVOKED, Ending.PASSWORD})


def admit(call: Call, route: Route) -> Response | None:
    access = call.access
    if call.bearer is None:
        return errors.unauthorized(call, "Access token is empty.")
    if access is None or access.grant is None:
        return errors.unauthorized(call, "Access token validation failure.")
    if access.audience != GRAPH:
        return errors.unauthorized(call, "Access token validation failure. Invalid audience.")
    if call.world.now() >= access.expires_at:
        return errors.unauthorized(call, "Lifetime validation failed, the token is expired.")
    if access.dead:
        return errors.unauthorized(call, "Access token has expired or is not yet valid.")
    if is_evaluated(call, access) and _happened(access, access.grant):
        return errors.claims_wanted(call)
    return _other_user(call, route)


def _happened(access: AccessToken, grant: Grant) -> bool:
    """The events that continuous access evaluation knows at once; a removed consent is none of them."""
    account = grant.account
    return account.suspended or account.blocked or account.interaction or grant.ending in _CRITICAL or access.dead


def _other_user(call: Call, _route: Route) -> Response | None:
    user = call.params.get("user")
    if user is None or user in (_NOBODY, object_of(call.holder), call.holder.user_email):
        return None
    return errors.access_denied(call)


def permit(call: Call, route: Route) -> Response | None:
    granted = call.access.scopes if call.access else frozenset()
    if not route.scopes or not granted.isdisjoint(route.scopes):
        return None
    if "User.Read" in route.scopes:
        message = "Insufficient privileges to complete the operation."
        return errors.graph(call, 403, "Authorization_RequestDenied", message)
    return errors.access_denied(call)


def throttle(call: Call, route: Route, limit: int | None) -> Response | None:
    if call.account is None or (limit is None and not call.world.quotas):
        return None
    if route.area is Area.TOKEN:
        return _loop(call) if is_refresh(call) else None
    return _mailbox_quota(call, REQUESTS if limit is None else limit) if route.area is Area.API else None


def _mailbox_quota(call: Call, ceiling: int) -> Response | None:
    """Ten thousand requests in ten minutes, and four at a time, per app and mailbox."""
    key = ("microsoft", call.client_id, call.holder.external_id)
    if call.beside > AT_ONCE:
        return errors.throttled(call, 1, concurrency=True)
    fits, _ = call.world.windows.take_rolling(key, ceiling, WINDOW_S, call.world.now())
    return None if fits else errors.throttled(call, ceil(WINDOW_S / 60))


def _loop(call: Call) -> Response | None:
    key = ("microsoft", "loop", call.form.get("refresh_token"))
    fits, _ = call.world.windows.take_rolling(key, SAME_REFRESHES, LOOP_S, call.world.now())
    return None if fits else sts(call, STS["50196"])

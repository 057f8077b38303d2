"""Who may call: token, revision, scopes, and quotas per endpoint."""

from math import ceil

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.faults.plan import is_refresh
from mailwarden_sandbox.klaviyo import errors
from mailwarden_sandbox.klaviyo.revision import check_revision
from mailwarden_sandbox.provider import Route
from mailwarden_sandbox.windows import left_of_window

_XS, _S, _M, _XL = (1, 15, 0), (3, 60, 0), (10, 150, 0), (350, 3500, 0)
_TIERS = {
    "/api/accounts": _XS,
    "/api/accounts/{id}": _XS,
    "/api/campaign-values-reports": (1, 2, 225),
    "/api/metric-aggregates": _S,
    "/api/events": _XL,
}
_REFRESHES_PER_MINUTE = 10


def admit(call: Call, _route: Route) -> Response | None:
    access = call.access
    if call.bearer is None:
        return errors.not_authenticated(call, "Missing or invalid authorization header.")
    if access is None or access.dead or access.grant is None or call.world.now() >= access.expires_at:
        return errors.not_authenticated(call, "The access token is invalid or expired.")
    if access.grant.account.suspended or access.grant.account.deleted:
        return errors.not_authenticated(call, "The access token is invalid or expired.")
    return check_revision(call)


def permit(call: Call, route: Route) -> Response | None:
    granted = call.access.scopes if call.access else frozenset()
    return None if granted.issuperset(route.scopes) else errors.permission_denied(call, route.scopes)


def throttle(call: Call, route: Route, limit: int | None) -> Response | None:
    if call.account is None or (limit is None and not call.world.quotas):
        return None
    if route.area is Area.TOKEN:
        return _throttle_refresh(call) if is_refresh(call) else None
    if route.area is not Area.API:
        return None
    burst, steady, daily = (limit, limit, 0) if limit is not None else _TIERS.get(route.template, _M)
    key = ("klaviyo", call.client_id, call.account.external_id, route.template)
    return _take(call, key, burst, steady, daily)


def _throttle_refresh(call: Call) -> Response | None:
    key = ("klaviyo", "refresh", call.grant.id if call.grant else None)
    windows, now = call.world.windows, call.world.now()
    if windows.used(key, 60, now) >= _REFRESHES_PER_MINUTE:
        return errors.throttled(call, ceil(left_of_window(60, now)))
    windows.count(key, 60, now)
    return None


def _take(call: Call, key: tuple[object, ...], burst: int, steady: int, daily: int) -> Response | None:
    windows, now = call.world.windows, call.world.now()
    limits = [(burst, 1), (steady, 60)] + ([(daily, 86_400)] if daily else [])
    full = [width for most, width in limits if windows.used((key, width), width, now) >= most]
    if full:
        return errors.throttled(call, max(1, ceil(max(left_of_window(w, now) for w in full))))
    for _, width in limits:
        windows.count((key, width), width, now)
    call.answer_headers |= {
        "ratelimit-limit": ", ".join([str(steady)] + [f"{most};w={width}" for most, width in limits]),
        "ratelimit-remaining": str(steady - windows.used((key, 60), 60, now)),
        "ratelimit-reset": str(ceil(left_of_window(60, now))),
    }
    return None

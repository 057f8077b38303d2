"""Who may call, and how often: Keap counts an app's calls over all tenants together."""

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.provider import Route
from mailwarden_sandbox.windows import left_of_window

SPIKE_S, PER_MINUTE, PER_DAY = 25, 1500, 150_000
_MINUTE_S, _DAY_S = 60, 86_400


def admit(call: Call, _route: Route) -> Response | None:
    access = call.access
    if call.bearer is None or access is None or access.dead or access.grant is None:
        return errors.invalid_token()
    if call.world.now() >= access.expires_at:
        return errors.expired_token()
    return errors.invalid_token() if access.grant.account.suspended or access.grant.account.deleted else None


def permit(_call: Call, _route: Route) -> Response | None:
    """There is but one scope, and whoever has a token has it."""
    return None


def throttle(call: Call, route: Route, limit: int | None) -> Response | None:
    if route.area is not Area.API or call.account is None or (limit is None and not call.world.quotas):
        return None
    windows, now = call.world.windows, call.world.now()
    app: tuple[object, ...] = ("keap", call.client_id)
    key = app
    limits = [(SPIKE_S, 1), (PER_MINUTE, _MINUTE_S), (PER_DAY, _DAY_S)]
    if limit is not None:  # a fault of this account strikes nobody else
        key, limits = (*app, call.account.external_id), [(limit, _MINUTE_S), (PER_DAY, _DAY_S)]
    fits = all(windows.used((key, width), width, now) < most for most, width in limits)
    if fits:
        for _, width in limits:
            windows.count((key, width), width, now)
    scope, per_minute = ("tenant", limit) if limit is not None else ("product", PER_MINUTE)
    _tell(call, f"{scope}-throttle", "minute", per_minute, windows.used((key, _MINUTE_S), _MINUTE_S, now))
    _tell(call, "product-quota", "day", PER_DAY, windows.used((app, _DAY_S), _DAY_S, now))
    call.answer_headers["x-keap-product-quota-expiry-time"] = iso_z(now + left_of_window(_DAY_S, now))
    return None if fits else errors.quota_exceeded()


def _tell(call: Call, name: str, unit: str, limit: int, used: int) -> None:
    """The spike arrest is not reported."""
    call.answer_headers |= {
        f"x-keap-{name}-limit": str(limit),
        f"x-keap-{name}-time-unit": unit,
        f"x-keap-{name}-interval": "1",
        f"x-keap-{name}-available": str(max(0, limit - used)),
        f"x-keap-{name}-used": str(used),
    }

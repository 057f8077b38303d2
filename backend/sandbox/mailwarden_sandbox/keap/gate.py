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
    key: tuple[object, ...] = ("keap", call.client_id)
    limits = [(SPIKE_S, 1), (PER_MINUTE, _MINUTE_S), (PER_DAY, _DAY_S)]
    if limit is not None:  # a fault of this account strikes nobody else
        key, limits = (*key, call.account.external_id), [(limit, _MINUTE_S), (PER_DAY, _DAY_S)]
    fits = all(windows.used((key, width), width, now) < most for most, width in limits)
    if fits:
        for _, width in limits:
            windows.count((key, width), width, now)
    per_minute = next(most for most, width in limits if width == _MINUTE_S)
    _tell(call, per_minute, windows.used((key, _MINUTE_S), _MINUTE_S, now), windows.used((key, _DAY_S), _DAY_S, now))
    return None if fits else errors.quota_exceeded()


def _tell(call: Call, per_minute: int, in_minute: int, in_day: int) -> None:
    """The spike arrest is not reported."""
    now = call.world.now()
    for name, unit, limit, used in (
        ("quota", "day", PER_DAY, in_day),
        ("throttle", "minute", per_minute, in_minute),
    ):
        call.answer_headers |= {
            f"x-keap-product-{name}-limit": str(limit),
            f"x-keap-product-{name}-time-unit": unit,
            f"x-keap-product-{name}-interval": "1",
            f"x-keap-product-{name}-available": str(max(0, limit - used)),
            f"x-keap-product-{name}-used": str(used),
        }
    call.answer_headers["x-keap-product-quota-expiry-time"] = iso_z(now + left_of_window(_DAY_S, now))

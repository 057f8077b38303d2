"""Who may call: tokens, scopes and the ten-second quota."""

import re

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.provider import Route

QUOTA, WINDOW_S = 110, 10
_TOKEN_SHAPE = re.compile(r"[A-Za-z0-9._~+/=-]{8,}")


def admit(call: Call, route: Route) -> Response | None:
    token = call.bearer
    if token is None:
        return errors.unauthenticated(call)
    if not _TOKEN_SHAPE.fullmatch(token):
        return errors.malformed_token()
    if token == "access-token":  # noqa: S105 - HubSpot takes this very text for an expired token
        return errors.expired(call, call.world.now())
    access = call.access
    if access is None or access.dead:
        return errors.unauthenticated(call)
    if call.world.now() >= access.expires_at:
        return errors.expired(call, access.expires_at)
    if call.account and (call.account.deleted or call.account.suspended):
        return errors.unauthenticated(call)
    if call.grant is None and not route.template.startswith("/webhooks-journal"):
        return errors.unauthenticated(call)
    return None


def permit(call: Call, route: Route) -> Response | None:
    granted = call.access.scopes if call.access else frozenset()
    if route.scopes and granted.isdisjoint(route.scopes):
        return errors.missing_scopes(call, route.scopes)
    return None


def throttle(call: Call, route: Route, limit: int | None) -> Response | None:
    if route.area is not Area.API or call.account is None or (limit is None and not call.world.quotas):
        return None
    ceiling = QUOTA if limit is None else limit
    key = ("hubspot", call.client_id, call.account.external_id)
    fits, left = call.world.windows.take_rolling(key, ceiling, WINDOW_S, call.world.now())
    call.answer_headers |= {
        "x-hubspot-ratelimit-max": str(ceiling),
        "x-hubspot-ratelimit-remaining": str(left),
        "x-hubspot-ratelimit-interval-milliseconds": str(WINDOW_S * 1000),
    }
    return None if fits else errors.rate_limited(call)

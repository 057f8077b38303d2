"""Keap, put together."""

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.grants import TokenStyle, random_text
from mailwarden_sandbox.keap import (
    addresses,
    automations,
    contacts,
    emails,
    errors,
    gate,
    hooks,
    identity,
    oauth,
    sending,
)
from mailwarden_sandbox.provider import Provider, Routes, answering
from mailwarden_sandbox.world import Kind

_V1, _V2 = "/crm/rest/v1", "/crm/rest/v2"
_IDLE_S = 45 * 86_400


def _routes() -> Routes:
    routes = Routes()
    for method in ("GET", "POST"):
        routes.add(method, ("/app/oauth/authorize",), oauth.authorize, area=Area.CONSENT, auth=False)
    routes.add("POST", ("/token",), oauth.token, area=Area.TOKEN, auth=False)
    for method, path, handler in (
        ("GET", f"{_V1}/oauth/connect/userinfo", identity.userinfo_v1),
        ("GET", f"{_V2}/oauth/connect/userinfo", identity.userinfo_v2),
        ("GET", f"{_V1}/account/profile", identity.account_profile),
        ("GET", f"{_V2}/businessProfile", identity.business_profile),
        ("GET", f"{_V1}/campaigns", automations.listing_v1),
        ("GET", f"{_V1}/campaigns/{{id}}", automations.one_v1),
        ("GET", f"{_V2}/campaigns", automations.listing_v2),
        ("GET", f"{_V2}/campaigns/{{id}}", automations.one_v2),
        ("GET", f"{_V1}/emails", emails.listing_v1),
        ("POST", f"{_V1}/emails/queue", sending.queue_v1),
        ("GET", f"{_V1}/emails/{{id}}", emails.one_v1),
        ("GET", f"{_V2}/emails", emails.listing_v2),
        ("POST", f"{_V2}/emails:send", sending.send_v2),
        ("GET", f"{_V2}/emails/{{id}}", emails.one_v2),
        ("GET", f"{_V2}/emailAddresses", addresses.listing),
        ("GET", f"{_V2}/emailAddresses/{{email}}/status", addresses.one),
        ("PATCH", f"{_V2}/emailAddresses/{{email}}/status", addresses.change),
        ("GET", f"{_V2}/contacts", contacts.listing),
        ("POST", f"{_V2}/contacts", contacts.create),
        ("GET", f"{_V2}/contacts/{{id}}", contacts.one),
        ("GET", f"{_V1}/hooks/event_keys", hooks.event_keys),
        ("GET", f"{_V1}/hooks", hooks.listing),
        ("POST", f"{_V1}/hooks", hooks.create),
        ("GET", f"{_V1}/hooks/{{key}}", hooks.one),
        ("PUT", f"{_V1}/hooks/{{key}}", hooks.update),
        ("DELETE", f"{_V1}/hooks/{{key}}", hooks.delete),
        ("POST", f"{_V1}/hooks/{{key}}/delayedVerify", hooks.delayed_verify),
    ):
        routes.add(method, (path,), answering(handler, errors.BadRequest, errors.invalid))
    routes.add("POST", (f"{_V1}/hooks/{{key}}/verify",), hooks.verify)
    return routes


def _unknown_path(call: Call) -> Response:
    return errors.api_error(call, 404, f"No route for {call.method} {call.path}")


KEAP = Provider(
    kind=Kind(
        name="keap",
        external_id=lambda number: f"kp{number:03d}",
        valid_id=lambda text: 2 <= len(text) <= 20 and text.isalnum() and text.isascii() and text.islower(),
        style=TokenStyle(lambda: random_text(28), lambda _: random_text(32), idle_s=_IDLE_S),
        traits=Traits(smallest=5, spread=12),
        access_survives=True,
    ),
    hosts=frozenset({"accounts.infusionsoft.com", "signin.infusionsoft.com", "api.infusionsoft.com", "api.keap.com"}),
    routes=_routes(),
    fault_kinds=frozenset({"revoke", "uninstall", "expire_refresh"}),
    variants=frozenset(errors.DEAD_REFRESH),
    admit=gate.admit,
    permit=gate.permit,
    throttle=gate.throttle,
    refuse=errors.refuse,
    dead_refresh=errors.dead_refresh,
    unknown_path=_unknown_path,
    request_id_header="x-request-id",
    campaign_id=automations.campaign_id,
)

"""Klaviyo, put together."""

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.grants import TokenStyle, random_text
from mailwarden_sandbox.klaviyo import account, classic, errors, gate, ids, messages, metrics, oauth, omni, reports
from mailwarden_sandbox.klaviyo.aggregates import metric_aggregates
from mailwarden_sandbox.klaviyo.revision import is_omni
from mailwarden_sandbox.provider import Provider, Routes, answering
from mailwarden_sandbox.world import Kind

_CAMPAIGNS = ("campaigns:read",)
_IDLE_S = 90 * 86_400


def _campaigns(call: Call) -> Response:
    return omni.listing(call) if is_omni(call) else classic.listing(call)


def _campaign(call: Call) -> Response:
    return omni.one(call) if is_omni(call) else classic.one(call)


def _routes() -> Routes:
    routes = Routes()
    for method in ("GET", "POST"):
        routes.add(method, ("/oauth/authorize",), oauth.authorize, area=Area.CONSENT, auth=False)
    routes.add("POST", ("/oauth/token",), oauth.token, area=Area.TOKEN, auth=False)
    routes.add("POST", ("/oauth/revoke",), oauth.revoke, area=Area.TOKEN, auth=False)
    for path, handler, scopes in (
        ("/api/campaigns", _campaigns, _CAMPAIGNS),
        ("/api/campaigns/{id}", _campaign, _CAMPAIGNS),
        ("/api/campaigns/{id}/campaign-messages", messages.of_campaign, _CAMPAIGNS),
        ("/api/campaigns/{id}/tags", messages.tags, _CAMPAIGNS),
        ("/api/campaign-messages", messages.listing, _CAMPAIGNS),
        ("/api/campaign-messages/{id}", messages.one, _CAMPAIGNS),
        ("/api/campaign-messages/{id}/campaign", messages.campaign_of, _CAMPAIGNS),
        ("/api/campaign-messages/{id}/campaign-variations", messages.variations, _CAMPAIGNS),
        ("/api/campaign-variations/{id}", messages.variation, _CAMPAIGNS),
        ("/api/accounts", account.listing, ("accounts:read",)),
        ("/api/accounts/{id}", account.one, ("accounts:read",)),
        ("/api/metrics", metrics.listing, ("metrics:read",)),
        ("/api/metrics/{id}", metrics.one, ("metrics:read",)),
    ):
        routes.add("GET", (path,), answering(handler, errors.BadRequest, errors.invalid), scopes=scopes)
    aggregates = answering(metric_aggregates, errors.BadRequest, errors.invalid)
    routes.add("POST", ("/api/metric-aggregates",), aggregates, scopes=("metrics:read",))
    report = answering(reports.campaign_values, errors.BadRequest, errors.invalid)
    routes.add("POST", ("/api/campaign-values-reports",), report, scopes=_CAMPAIGNS)
    return routes


def _unknown_path(call: Call) -> Response:
    return errors.not_found(call, f"No route for {call.method} {call.path}.")


KLAVIYO = Provider(
    kind=Kind(
        name="klaviyo",
        external_id=lambda number: f"Kv{number:04d}",
        valid_id=lambda text: len(text) == 6 and text.isalnum() and text.isascii(),
        style=TokenStyle(
            lambda: f"eyJhbGciOiJSUzI1NiJ9.{random_text(480)}", lambda _: f"krt-{random_text(60)}", idle_s=_IDLE_S
        ),
        traits=Traits(sms_share=0.04, cancelled_share=0.02),
        access_survives=False,
    ),
    hosts=frozenset({"a.klaviyo.com", "www.klaviyo.com", "klaviyo.com"}),
    routes=_routes(),
    fault_kinds=frozenset({"revoke", "uninstall", "expire_refresh", "remove_scopes", "disable_account"}),
    variants=frozenset(errors.DEAD_REFRESH),
    admit=gate.admit,
    permit=gate.permit,
    throttle=gate.throttle,
    refuse=errors.refuse,
    dead_refresh=errors.dead_refresh,
    unknown_path=_unknown_path,
    request_id_header="cf-ray",
    campaign_id=lambda book, index: ids.object_id(book, index, ids.CAMPAIGN),
)

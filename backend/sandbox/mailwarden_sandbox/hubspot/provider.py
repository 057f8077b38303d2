"""HubSpot, put together."""

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.grants import TokenStyle, random_text
from mailwarden_sandbox.hubspot import account, authorize, emails, errors, gate, introspection, journal, statistics
from mailwarden_sandbox.hubspot.token import token
from mailwarden_sandbox.provider import Provider, Routes
from mailwarden_sandbox.world import Kind

_OAUTH = ("v3", "2026-03", "2026-09")
_DATED = ("2026-03", "2026-09")
_OLD_EMAILS = ("/marketing/v3/emails", "/marketing/emails/2026-03")
_EMAILS = "/marketing/emails/2026-09"
_OLD_SCOPES, _SCOPES = ("content", "marketing.email.read", "marketing.email.write"), ("content",)
_READ = ("developer.webhooks_journal.read", "webhooks-journal-data-access")
_SUBSCRIBE = (
    "developer.webhooks_journal.subscriptions.read", "developer.webhooks_journal.subscriptions.write",
    "webhooks-journal-data-access",
)  # fmt: skip


def _oauth(routes: Routes) -> None:
    consent = ("/oauth/authorize", "/oauth/{portal_id}/authorize")
    for method in ("GET", "POST"):
        routes.add(method, consent, authorize.authorize, area=Area.CONSENT, auth=False)
    routes.add("POST", tuple(f"/oauth/{v}/token" for v in ("v1", *_OAUTH)), token, area=Area.TOKEN, auth=False)
    for name, handler in (("introspect", introspection.introspect), ("revoke", introspection.revoke)):
        routes.add("POST", tuple(f"/oauth/{v}/token/{name}" for v in _OAUTH), handler, area=Area.TOKEN, auth=False)
    for method, what, handler in (
        ("GET", "access", introspection.access_metadata),
        ("GET", "refresh", introspection.refresh_metadata),
        ("DELETE", "refresh", introspection.delete_refresh),
    ):
        routes.add(method, (f"/oauth/v1/{what}-tokens/{{token}}",), handler, area=Area.TOKEN, auth=False)


def _marketing(routes: Routes) -> None:
    for bases, scopes in ((_OLD_EMAILS, _OLD_SCOPES), ((_EMAILS,), _SCOPES)):
        for suffix, handler in (
            ("", emails.listing),
            ("/statistics/list", statistics.listing),
            ("/statistics/histogram", statistics.histogram),
            ("/{email_id}", emails.one),
            ("/{email_id}/statistics", statistics.of_one),
        ):
            routes.add("GET", tuple(base + suffix for base in bases), handler, scopes=scopes)


def _app(routes: Routes) -> None:
    routes.add("GET", tuple(f"/account-info/{v}/details" for v in ("v3", *_DATED)), account.details, scopes=("oauth",))
    routes.add("DELETE", tuple(f"/appinstalls/{v}/external-install" for v in ("v3", *_DATED)), account.uninstall)
    for version in _DATED:
        subscriptions, entries = f"/webhooks-journal/subscriptions/{version}", f"/webhooks-journal/journal/{version}"
        routes.add("POST", (subscriptions,), journal.subscribe, scopes=_SUBSCRIBE[1:])
        routes.add("GET", (subscriptions,), journal.subscriptions, scopes=_SUBSCRIBE)
        routes.add("DELETE", (subscriptions + "/{id}",), journal.unsubscribe, scopes=_SUBSCRIBE[1:])
        routes.add("GET", (entries + "/earliest",), journal.earliest, scopes=_READ)
        routes.add("GET", (entries + "/latest",), journal.latest, scopes=_READ)
        routes.add("GET", (entries + "/offset/{offset}/next",), journal.after, scopes=_READ)
    routes.add("GET", ("/webhooks-journal/download/{offset}",), journal.download, auth=False)


def _routes() -> Routes:
    routes = Routes()
    _marketing(routes)
    _oauth(routes)
    _app(routes)
    return routes


def _unknown_path(call: Call) -> Response:
    return errors.not_found(call, f"No route for {call.method} {call.path}")


HUBSPOT = Provider(
    kind=Kind(
        name="hubspot",
        external_id=lambda number: str(48_000_000 + number),
        valid_id=lambda text: text.isdigit() and 1 <= len(text) <= 12,
        style=TokenStyle(lambda: "CJ" + random_text(298), lambda _: f"na1-{random_text(8)}-{random_text(36)}"),
        traits=Traits(),
        access_survives=True,
    ),
    hosts=frozenset({"app.hubspot.com", "api.hubapi.com", "api.hubspot.com"}),
    routes=_routes(),
    fault_kinds=frozenset({"revoke", "uninstall", "expire_refresh", "remove_scopes", "disable_account", "hub_deleted"}),
    variants=frozenset(errors.DEAD_REFRESH),
    admit=gate.admit,
    permit=gate.permit,
    throttle=gate.throttle,
    refuse=errors.refuse,
    dead_refresh=errors.dead_refresh,
    unknown_path=_unknown_path,
    request_id_header="x-hubspot-correlation-id",
    campaign_id=lambda book, index: str(emails.email_base(book) + index),
)

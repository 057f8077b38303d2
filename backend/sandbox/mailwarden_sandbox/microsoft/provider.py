"""Microsoft, put together."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.faults.store import Fault
from mailwarden_sandbox.grants import Grant, TokenStyle, random_text
from mailwarden_sandbox.microsoft import (
    authorize,
    delta,
    errors,
    gate,
    listing,
    messages,
    metadata,
    notify,
    people,
    person,
    sts,
    subscriptions,
    token,
)
from mailwarden_sandbox.microsoft.messages import taking
from mailwarden_sandbox.microsoft.state import LIFE_S
from mailwarden_sandbox.provider import Handler, Provider, Routes
from mailwarden_sandbox.world import Kind, World

_READ = ("Mail.Read", "Mail.ReadWrite")
_BASIC = ("Mail.ReadBasic", *_READ)
_WRITE, _SEND = ("Mail.ReadWrite",), ("Mail.Send",)
_USER = ("User.Read",)


def _identity(routes: Routes) -> None:
    home = "/{tenant}/oauth2/v2.0"
    for method in ("GET", "POST"):
        routes.add(method, (f"{home}/authorize",), authorize.authorize, area=Area.CONSENT, auth=False)
        routes.add(method, (f"{home}/logout",), metadata.logout, area=Area.CONSENT, auth=False)
    routes.add("POST", (f"{home}/token",), token.token, area=Area.TOKEN, auth=False)
    for path, handler in (
        ("/{tenant}/v2.0/.well-known/openid-configuration", metadata.configuration),
        ("/{tenant}/discovery/v2.0/keys", metadata.keys),
        ("/common/discovery/instance", metadata.instance),
    ):
        routes.add("GET", (path,), handler, area=Area.CONSENT, auth=False)


def _of_user(path: str) -> tuple[str, ...]:
    """Also as clients write it that leave ``me`` to the server; a key may stand in brackets."""
    forms = [path]
    if "/mailFolders/{folder}" in path:
        forms.append(path.replace("/mailFolders/{folder}", r"/mailFolders\('{folder}'\)"))
    return tuple(prefix + form for form in forms for prefix in ("/v1.0/me", "/v1.0/users/{user}"))


def _mail(routes: Routes) -> None:
    wanted: tuple[tuple[str, str, Handler, tuple[str, ...]], ...] = (
        ("GET", "", person.me, _USER),
        ("POST", "/sendMail", messages.send_mail, _SEND),
        ("GET", "/messages", listing.messages, _BASIC),
        ("POST", "/messages", messages.create, _WRITE),
        ("GET", "/messages/{id}", messages.one, _BASIC),
        ("PATCH", "/messages/{id}", messages.update, _WRITE),
        ("DELETE", "/messages/{id}", messages.delete, _WRITE),
        ("POST", "/messages/{id}/send", messages.send_draft, _SEND),
        ("POST", "/messages/{id}/move", messages.move, _WRITE),
        ("GET", r"/messages/{id}/\$value", messages.raw, _READ),
        ("GET", "/mailFolders", listing.folders, _BASIC),
        ("GET", "/mailFolders/{folder}/messages", listing.messages, _BASIC),
        ("GET", r"/mailFolders/{folder}/messages/delta(?:\(\))?", delta.messages, _BASIC),
        ("GET", "/mailFolders/{folder}", listing.folder, _BASIC),
    )
    for method, path, handler, scopes in wanted:
        routes.add(method, _of_user(path), taking(handler), scopes=scopes)


def _pushes(routes: Routes) -> None:
    one = "/v1.0/subscriptions/{id}"
    routes.add("POST", ("/v1.0/subscriptions",), subscriptions.create, scopes=_BASIC)
    routes.add("GET", ("/v1.0/subscriptions",), subscriptions.listing)
    routes.add("GET", (one,), subscriptions.one)
    routes.add("PATCH", (one,), subscriptions.renew, scopes=_BASIC)
    routes.add("POST", (f"{one}/reauthorize",), subscriptions.reauthorize, scopes=_BASIC)
    routes.add("DELETE", (one,), subscriptions.delete)


def _routes() -> Routes:
    routes = Routes()
    _mail(routes)
    _pushes(routes)
    _identity(routes)
    return routes


def _unknown_path(call: Call) -> Response:
    return errors.bad(call, "BadRequest", f"Resource not found for the segment '{call.path.rpartition('/')[2]}'.")


def _password_ends(_grant: Grant, by: str) -> bool:
    """A confidential client's grant outlives the password that its owner changes, not the administrator's reset."""
    return by == "admin"


def _after_fault(world: World, fault: Fault, account: Account, _living: list[Grant]) -> None:
    """A permission that an administrator takes away is the one change that is told before a call is refused."""
    if fault.kind == "remove_scopes":
        notify.lifecycle(world, account, "reauthorizationRequired")


MICROSOFT = Provider(
    kind=Kind(
        name="microsoft",
        external_id=people.external_id,
        valid_id=people.is_external_id,
        style=TokenStyle(
            lambda: f"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.{random_text(900)}",
            lambda _: f"1.AXEA{random_text(700)}",
            idle_s=LIFE_S,
        ),
        traits=Traits(),
        access_survives=True,
        password_ends=_password_ends,
        after_fault=_after_fault,
    ),
    hosts=frozenset({"login.microsoftonline.com", "graph.microsoft.com"}),
    routes=_routes(),
    fault_kinds=frozenset(
        {
            "revoke", "uninstall", "expire_refresh", "remove_scopes", "change_password", "admin_block",
            "interaction_required", "disable_account",
        }
    ),
    variants=frozenset({"documented", *sts.STS}),
    admit=gate.admit,
    permit=gate.permit,
    throttle=gate.throttle,
    refuse=errors.refuse,
    dead_refresh=sts.dead_refresh,
    unknown_path=_unknown_path,
    request_id_header="request-id",
    campaign_id=lambda _, index: str(index),
)  # fmt: skip

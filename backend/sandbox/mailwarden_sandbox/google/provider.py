"""Google, put together."""

from functools import partial

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.columns import Traits
from mailwarden_sandbox.faults.store import Fault
from mailwarden_sandbox.google import (
    authorize,
    drafts,
    errors,
    gate,
    history,
    messages,
    people,
    risc,
    scopes,
    settings,
    token,
    watching,
)  # fmt: skip
from mailwarden_sandbox.grants import Grant, TokenStyle, random_text
from mailwarden_sandbox.provider import Provider, Routes
from mailwarden_sandbox.world import Kind, World

_IDLE_S = 183 * 86_400
_USER = "/gmail/v1/users/{user}"


def _oauth(routes: Routes) -> None:
    for method in ("GET", "POST"):
        pages = ("/o/oauth2/v2/auth", "/o/oauth2/auth")
        routes.add(method, pages, authorize.authorize, area=Area.CONSENT, auth=False)
        info = ("/tokeninfo", "/oauth2/v2/tokeninfo", "/oauth2/v3/tokeninfo")
        routes.add(method, info, people.tokeninfo, area=Area.TOKEN, auth=False)
        who = ("/v1/userinfo", "/oauth2/v2/userinfo", "/oauth2/v3/userinfo")
        routes.add(method, who, people.userinfo, auth=False)
    routes.add("POST", ("/token", "/oauth2/v4/token"), token.token, area=Area.TOKEN, auth=False)
    routes.add("POST", ("/revoke", "/o/oauth2/revoke"), token.revoke, area=Area.TOKEN, auth=False)
    for path, handler in (
        ("/oauth2/v1/certs", people.certificates),
        ("/oauth2/v3/certs", people.key_set),
        ("/.well-known/openid-configuration", people.openid_configuration),
        ("/.well-known/risc-configuration", people.risc_configuration),
    ):
        routes.add("GET", (path,), handler, area=Area.CONSENT, auth=False)  # spared by faults of token and API


def _gmail(routes: Routes) -> None:
    for method, path, handler, wanted in (
        ("GET", "/profile", messages.profile, scopes.SEES_PROFILE),
        ("POST", "/messages/send", messages.send, scopes.SENDS),
        ("GET", "/messages", messages.listing, scopes.READS),
        ("GET", "/messages/{id}", messages.one, scopes.READS),
        ("DELETE", "/messages/{id}", messages.delete, scopes.DELETES),
        ("POST", "/messages/{id}/modify", messages.modify, scopes.CHANGES),
        ("POST", "/messages/{id}/trash", messages.trash, scopes.CHANGES),
        ("POST", "/messages/{id}/untrash", messages.untrash, scopes.CHANGES),
        ("POST", "/drafts/send", drafts.send, scopes.WRITES_DRAFTS),
        ("GET", "/drafts", drafts.listing, scopes.READS_DRAFTS),
        ("POST", "/drafts", drafts.create, scopes.WRITES_DRAFTS),
        ("GET", "/drafts/{id}", drafts.one, scopes.READS_DRAFTS),
        ("PUT", "/drafts/{id}", drafts.update, scopes.WRITES_DRAFTS),
        ("DELETE", "/drafts/{id}", drafts.delete, scopes.WRITES_DRAFTS),
        ("GET", "/history", history.listing, scopes.READS),
        ("GET", "/labels", settings.labels, scopes.READS_LABELS),
        ("POST", "/labels", settings.create_label, scopes.WRITES_LABELS),
        ("GET", "/labels/{id}", settings.label, scopes.READS_LABELS),
        ("GET", "/settings/sendAs", settings.senders, scopes.READS_SENDERS),
        ("GET", "/settings/sendAs/{email}", settings.sender, scopes.READS_SENDERS),
        ("POST", "/watch", watching.watch, scopes.READS),
        ("POST", "/stop", watching.stop, scopes.READS),
    ):
        uploads = (f"/upload{_USER}{path}",) if path in ("/messages/send", "/drafts") and method == "POST" else ()
        routes.add(method, (_USER + path, *uploads), handler, scopes=wanted)


def _routes() -> Routes:
    routes = Routes()
    _oauth(routes)
    _gmail(routes)
    return routes


def _unknown_path(call: Call) -> Response:
    return errors.not_found(f"Method not found: {call.method} {call.path}")


def _tell_receivers(world: World, fault: Fault, account: Account, ended: list[Grant]) -> None:
    """What Google itself would report to the apps of this person."""
    for receiver in risc.receivers_of(world, ended):
        if fault.kind in ("revoke", "uninstall"):
            for grant in (g for g in ended if g.client_id == receiver.client_id):
                risc.tell(world, receiver, account, "token-revoked", risc.about_token(grant.refresh_token))
        elif fault.kind == "change_password":
            risc.tell(world, receiver, account, "tokens-revoked", risc.about_person(account))
        elif fault.kind == "disable_account":
            risc.tell(world, receiver, account, "account-disabled", risc.about_person(account, "hijacking"))
            enabled = risc.about_person(account)
            fault.undo.append(partial(risc.tell, world, receiver, account, "account-enabled", enabled))
        elif fault.kind == "hub_deleted":
            risc.tell(world, receiver, account, "account-purged", risc.about_person(account))


GOOGLE = Provider(
    kind=Kind(
        name="google",
        external_id=lambda number: f"1077691504100{number:08d}",
        valid_id=lambda text: text.isdigit() and text.isascii() and 10 <= len(text) <= 255,
        style=TokenStyle(
            lambda: f"ya29.a0{random_text(200)}", lambda _: f"1//0{random_text(2)}-{random_text(90)}", idle_s=_IDLE_S
        ),
        traits=Traits(),
        access_survives=False,
        password_ends=lambda grant, _by: scopes.touches_mail(grant.scopes),
        after_fault=_tell_receivers,
    ),
    hosts=frozenset(
        {
            "accounts.google.com",
            "oauth2.googleapis.com",
            "www.googleapis.com",
            "openidconnect.googleapis.com",
            "gmail.googleapis.com",
        }
    ),
    routes=_routes(),
    fault_kinds=frozenset(
        {
            "revoke",
            "uninstall",
            "expire_refresh",
            "remove_scopes",
            "change_password",
            "admin_block",
            "interaction_required",
            "disable_account",
            "hub_deleted",
        }
    ),
    variants=frozenset(errors.DEAD_REFRESH),
    admit=gate.admit,
    permit=gate.permit,
    throttle=gate.throttle,
    refuse=errors.refuse,
    dead_refresh=errors.dead_refresh,
    unknown_path=_unknown_path,
    request_id_header="x-goog-request-id",
    campaign_id=lambda book, index: f"{book.seed}-{index}",
)

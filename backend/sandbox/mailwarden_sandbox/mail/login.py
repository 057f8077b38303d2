"""Who may log in: one answer for IMAP and SMTP, out of the account's own state."""

import base64
import binascii
import json
from enum import StrEnum

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.world import World

HOLDERS = ("imap", "google", "microsoft")
TOKEN_HOLDERS = ("google", "microsoft")
GOOGLE_SCOPE = "https://mail.google.com/"
MAIL_SCOPES = {
    ("google", "imap"): GOOGLE_SCOPE,
    ("google", "smtp"): GOOGLE_SCOPE,
    ("microsoft", "imap"): "https://outlook.office.com/IMAP.AccessAsUser.All",
    ("microsoft", "smtp"): "https://outlook.office.com/SMTP.Send",
}


class Refusal(StrEnum):
    BAD_CREDENTIALS = "bad_credentials"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason, not a token
    APP_PASSWORD = "app_password"  # noqa: S105
    BASIC_DISABLED = "basic_disabled"
    ADMIN_BLOCK = "admin_block"
    DISABLED = "disabled"


def find_accounts(world: World, name: str) -> list[Account]:
    """By the address people log in with. The same address may exist at several providers, as names repeat there."""
    wanted = name.strip().lower()
    return [a for provider in HOLDERS for a in world.accounts(provider) if address_of(a).lower() == wanted]


def address_of(account: Account) -> str:
    return account.external_id if account.provider == HOLDERS[0] else account.user_email


def find_account(world: World, name: str, token: str | None = None) -> Account | None:
    """Where a token says whose it is, that one."""
    found = find_accounts(world, name)
    access = world.tokens.by_access.get(token or "")
    if access is not None and access.grant is not None and access.grant.account in found:
        return access.grant.account
    return found[0] if found else None


def by_password(account: Account | None, password: str) -> Refusal | None:
    """Google and Microsoft take no account password here, right or wrong."""
    if account is None:
        return Refusal.BAD_CREDENTIALS
    if account.provider in TOKEN_HOLDERS:
        return Refusal.APP_PASSWORD if account.provider == TOKEN_HOLDERS[0] else Refusal.BASIC_DISABLED
    if state := _of_account(account):
        return state
    return None if password == account.password else Refusal.BAD_CREDENTIALS


def by_token(world: World, account: Account | None, token: str, protocol: str) -> Refusal | None:
    """The same access tokens that open the HTTP API: what is revoked there is refused here at once."""
    access = world.tokens.by_access.get(token)
    if account is None or access is None or access.grant is None or access.grant.account is not account:
        return Refusal.BAD_TOKEN
    if state := _of_account(account):
        return state
    if access.dead or access.expires_at <= world.now():
        return Refusal.BAD_TOKEN
    wanted = MAIL_SCOPES.get((account.provider, protocol))
    return None if wanted is None or wanted in access.scopes else Refusal.BAD_TOKEN


def _of_account(account: Account) -> Refusal | None:
    if account.deleted or account.suspended:
        return Refusal.DISABLED
    return Refusal.ADMIN_BLOCK if account.blocked else None


class BadSasl(ValueError):
    """The client's words are no message of this mechanism."""


def decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadSasl(text) from error


def plain(response: str) -> tuple[str, str]:
    """(user, password) of RFC 4616."""
    parts = decoded(response).split("\0")
    if len(parts) != 3:
        raise BadSasl(response)
    return parts[1], parts[2]


def bearer(mechanism: str, response: str) -> tuple[str, str]:
    """(user, token) of XOAUTH2, or of OAUTHBEARER (RFC 7628 §3.1)."""
    head, *pairs = decoded(response).split("\1")
    fields = dict(pair.partition("=")[::2] for pair in pairs if pair)
    user = head.removeprefix("user=") if mechanism == "XOAUTH2" else _gs2_user(head)
    scheme, _, token = fields.get("auth", "").partition(" ")
    if scheme.lower() != "bearer" or not token or not user:
        raise BadSasl(response)
    return user, token


def _gs2_user(header: str) -> str:
    return next((part[2:] for part in header.split(",") if part.startswith("a=")), "")


def challenge(mechanism: str) -> str:
    """What a refused token is told before the final answer; the client must reply to it."""
    if mechanism == "XOAUTH2":
        said = {"status": "400", "schemes": "Bearer", "scope": GOOGLE_SCOPE}
    else:
        said = {"status": "invalid_token"}
    return base64.b64encode(json.dumps(said, separators=(",", ":")).encode()).decode()

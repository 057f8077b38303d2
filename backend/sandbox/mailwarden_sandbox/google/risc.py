"""Security events of Google accounts (RISC): signed tokens about what happened to a person or to a token."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.google import keys
from mailwarden_sandbox.google.scopes import EMAIL, PROFILE
from mailwarden_sandbox.google.state import GoogleState, Receiver
from mailwarden_sandbox.grants import Grant
from mailwarden_sandbox.webhooks.send import deliver
from mailwarden_sandbox.world import World

ISSUER = f"{keys.ISSUER}/"
_RISC, _OAUTH = (f"https://schemas.openid.net/secevent/{kind}/event-type/" for kind in ("risc", "oauth"))
EVENTS = {
    "sessions-revoked": _RISC, "account-disabled": _RISC, "account-enabled": _RISC, "account-purged": _RISC,
    "account-credential-change-required": _RISC, "verification": _RISC, "tokens-revoked": _OAUTH,
    "token-revoked": _OAUTH,
}  # fmt: skip


def event_token(world: World, client_id: str, event: str, about: Mapping[str, Any], jti: str | None = None) -> str:
    """A security event token (RFC 8417): it has no end, and is known by its ``jti``."""
    claims = {
        "iss": ISSUER, "aud": client_id, "iat": int(world.now()), "jti": jti or str(uuid4()),
        "events": {EVENTS[event] + event: dict(about)},
    }  # fmt: skip
    return keys.sign(claims, typ="secevent+jwt")


def about_person(account: Account, reason: str | None = None) -> dict[str, Any]:
    subject = {
        "subject_type": "iss-sub", "iss": ISSUER, "sub": account.external_id, "email": account.user_email,
    }  # fmt: skip
    return {"subject": subject} | ({"reason": reason} if reason else {})


def about_token(refresh_token: str, *, hashed: bool = False) -> dict[str, Any]:
    """By its first sixteen characters, or by SHA-512 of its SHA-512."""
    way, name = "prefix", refresh_token[:16]
    if hashed:
        way = "hash_base64_sha512_sha512"
        name = base64.b64encode(hashlib.sha512(hashlib.sha512(refresh_token.encode()).digest()).digest()).decode()
    subject = {
        "subject_type": "oauth_token", "token_type": "refresh_token", "token_identifier_alg": way, "token": name,
    }  # fmt: skip
    return {"subject": subject}


def tell(world: World, receiver: Receiver, account: Account | None, event: str, about: Mapping[str, Any]) -> None:
    body = event_token(world, receiver.client_id, event, about).encode()
    headers = {"content-type": "application/secevent+jwt", "accept": "application/json"}
    deliver(world, "google", account, receiver.url, body, headers, topic=event)


def receivers_of(world: World, grants: list[Grant]) -> list[Receiver]:
    """Of the apps that know who the person is: others hear nothing."""
    state = world.part(GoogleState)
    known = {g.client_id for g in grants if g.scopes & {EMAIL, PROFILE}}
    return [receiver for client, receiver in state.receivers.items() if client in known]

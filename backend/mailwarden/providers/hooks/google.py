"""Google's two pushes: security events (RISC, signed tokens without an end) and Pub/Sub (OIDC in ``Authorization``).

Rules: developers.google.com/identity/protocols/risc and cloud.google.com/pubsub "authenticate push".
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mailwarden.providers.hooks.base import (
    OLDEST,
    HookEvent,
    Incoming,
    Kind,
    Reason,
    Refused,
    check_window,
    equal,
    header,
    read,
    unreadable,
)
from mailwarden.providers.id_token import Forged, check_claims
from mailwarden.providers.reading import at, moment, parse, text

Signed = Callable[[str], Awaitable[Mapping[str, Any]]]
"""The claims of a token that Google signed (``id_token.signed_claims``); raises Forged, or Unavailable without keys."""

ISSUERS = ("https://accounts.google.com", "https://accounts.google.com/")
_RISC = "https://schemas.openid.net/secevent/risc/event-type/"
_OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
_KINDS = {
    f"{_OAUTH}tokens-revoked": Kind.TOKEN_REVOKED,
    f"{_OAUTH}token-revoked": Kind.TOKEN_REVOKED,
    f"{_RISC}account-disabled": Kind.ACCOUNT_DISABLED,
    f"{_RISC}account-purged": Kind.ACCOUNT_DISABLED,
    f"{_RISC}account-enabled": Kind.ACCOUNT_ENABLED,
    f"{_RISC}verification": Kind.TEST,
}
_NAMED = ("prefix", "hash_base64_sha512_sha512")


async def security_events(incoming: Incoming, signed: Signed, client_ids: tuple[str, ...]) -> list[HookEvent]:
    """``exp`` is not looked at (RFC 8417 §2.2); ``iat`` only bounds how old news may be."""
    claims = await _claims(_ascii(incoming.body.strip()), signed, ISSUERS, client_ids, incoming.now, expires=False)
    told = claims.get("events")
    jti = text(claims, "jti")
    issued = _seconds(claims.get("iat"))
    check_window(issued, incoming.now, OLDEST)
    if not isinstance(told, dict) or not told or jti is None:
        return unreadable(incoming)
    return [_security_event(f"{jti}|{name}", name, told[name], issued) for name in sorted(map(str, told))]


def _security_event(key: str, name: str, said: Any, issued: datetime | None) -> HookEvent:
    subject = at(said, "subject")
    kind = _KINDS.get(name, Kind.CHANGED)
    token = text(subject, "token") or text(subject, "token_identifier")
    named = at(subject, "token_identifier_alg") in _NAMED or at(subject, "token_type") == "refresh_token"
    return HookEvent(
        dedupe_key=key,
        kind=kind,
        topic=name.rpartition("/")[2],
        account=text(subject, "sub"),
        token_name=token if named else None,
        occurred_at=issued,
    )


async def mailbox_changes(incoming: Incoming, signed: Signed, audience: str, email: str | None) -> list[HookEvent]:
    """``email``: the service account of the operator's push subscription. Without one nothing can be believed."""
    scheme, _, token = header(incoming, "authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(Reason.UNSIGNED)
    claims = await _claims(token.strip(), signed, ISSUERS, (audience,), incoming.now, expires=True)
    said, proven = text(claims, "email") or "", claims.get("email_verified") is True
    if not email or not proven or not equal(said, email):
        raise Refused(Reason.AUDIENCE)
    return _mailbox_event(incoming)


def _mailbox_event(incoming: Incoming) -> list[HookEvent]:
    body = read(incoming)
    name, data = text(body, "message", "messageId"), _data(at(body, "message", "data"))
    address, history = text(data, "emailAddress"), text(data, "historyId")
    if name is None or address is None:
        return unreadable(incoming)
    when = moment(at(body, "message", "publishTime"))
    seen = (history,) if history else ()
    return [HookEvent(f"pubsub|{name}", Kind.CHANGED, "mailbox", address.lower(), None, when, seen)]


async def _claims(
    token: str, signed: Signed, issuers: tuple[str, ...], audiences: tuple[str, ...], now: datetime, *, expires: bool
) -> Mapping[str, Any]:
    try:
        claims = await signed(token)
    except Forged:
        raise Refused(Reason.SIGNATURE) from None
    try:
        check_claims(claims, issuers=issuers, audiences=audiences, now=now, expires=expires)
    except Forged:
        raise Refused(Reason.AUDIENCE) from None
    return claims


def _ascii(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        raise Refused(Reason.SIGNATURE) from None


def _data(value: Any) -> Any:
    """Base64 in either alphabet, padded or not: Google's own documents differ."""
    if not isinstance(value, str):
        return None
    try:
        plain = value.replace("-", "+").replace("_", "/").rstrip("=")
        return parse(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _seconds(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None

"""Klaviyo's system webhooks: hex HMAC-SHA256 over the raw body and the text of ``Klaviyo-Timestamp``.

That header shows a wrong clock, so it is an input of the signature and nothing more; the time to believe is the body's
own ``meta.timestamp``.
"""

import hmac
from hashlib import sha256
from typing import Any

from mailwarden.providers.hooks.base import (
    OLDEST,
    HookEvent,
    Incoming,
    Kind,
    Reason,
    Refused,
    check_window,
    digest,
    equal,
    header,
    listed,
    read,
    unreadable,
)
from mailwarden.providers.reading import at, moment, text


def events(incoming: Incoming, secret: str) -> list[HookEvent]:
    """``secret``: of the one subscription that this address belongs to."""
    told, stamp = header(incoming, "klaviyo-signature"), header(incoming, "klaviyo-timestamp")
    if not equal(told, signature(secret, incoming.body, stamp)):
        raise Refused(Reason.SIGNATURE)
    body = read(incoming)
    items = listed(body, "data")
    if not items:
        return unreadable(incoming)
    check_window(moment(at(body, "meta", "timestamp")), incoming.now, OLDEST)
    account = text(body, "meta", "klaviyo_account_id") or ""
    return [_event(item, account) for item in items]


def signature(secret: str, body: bytes, stamp: str) -> str:
    return hmac.new(secret.encode(), body + stamp.encode("utf-8", "surrogateescape"), sha256).hexdigest()


def _event(item: dict[str, Any], account: str) -> HookEvent:
    payload = at(item, "payload", "data")
    inner = text(payload, "id")
    topic = text(item, "topic") or "unknown"
    name = text(item, "external_id") or inner or digest(str(item))
    return HookEvent(
        dedupe_key=digest(account, topic, name),
        kind=Kind.CHANGED,
        topic=topic,
        occurred_at=moment(at(payload, "attributes", "datetime")),
        objects=(inner,) if inner else (),
    )

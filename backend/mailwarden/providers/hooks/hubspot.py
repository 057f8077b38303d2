"""HubSpot's webhooks v3 (developers.hubspot.com, "Validating requests"): signed with the app's client secret."""

import base64
import hmac
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from mailwarden.providers.hooks.base import (
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
from mailwarden.providers.reading import moment, text

# These alone are decoded before signing.
_DECODED = re.compile("%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def events(incoming: Incoming, secret: str) -> list[HookEvent]:
    """Refused if it is not HubSpot's; the older signatures v1 and v2, which HubSpot still sends along, are no proof."""
    _verify(incoming, secret)
    items = listed(read(incoming))
    return [_event(item) for item in items] or unreadable(incoming)


def _verify(incoming: Incoming, secret: str) -> None:
    if "x-hubspot-signature-v3" not in incoming.headers and "x-hubspot-signature" in incoming.headers:
        raise Refused(Reason.DOWNGRADE)
    told, stamp = header(incoming, "x-hubspot-signature-v3"), header(incoming, "x-hubspot-request-timestamp")
    if not equal(told, signature(secret, incoming.method, incoming.url, incoming.body, stamp)):
        raise Refused(Reason.SIGNATURE)
    check_window(_time(stamp), incoming.now)


def signature(secret: str, method: str, url: str, body: bytes, stamp: str) -> str:
    uri = _DECODED.sub(lambda found: chr(int(found.group()[1:], 16)), url)
    message = method.encode() + uri.encode("utf-8", "surrogateescape") + body + stamp.encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.new(secret.encode(), message, sha256).digest()).decode()


def _time(stamp: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{1,15}", stamp):
        return None
    try:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _event(item: dict[str, Any]) -> HookEvent:
    """Event ids repeat between portals and subscriptions."""
    portal, topic = text(item, "portalId"), text(item, "subscriptionType") or "unknown"
    names = [text(item, name) or "" for name in ("portalId", "subscriptionId", "eventId", "objectId")]
    at = moment(item.get("occurredAt"))
    unnamed = "" if text(item, "eventId") else f"{topic}|{at}"
    return HookEvent(
        dedupe_key=digest(*names, unnamed),
        kind=Kind.CHANGED,
        topic=topic,
        account=portal,
        occurred_at=at,
        objects=tuple(one for one in (text(item, "objectId"),) if one),
    )

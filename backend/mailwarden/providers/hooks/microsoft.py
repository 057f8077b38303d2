"""Microsoft Graph's change notifications: a handshake, then a secret of ours (clientState) in every item."""

from datetime import datetime, timedelta
from html import escape
from typing import Any

from mailwarden.providers.hooks.base import (
    HookEvent,
    Incoming,
    Kind,
    Reason,
    Refused,
    digest,
    equal,
    listed,
    read,
)
from mailwarden.providers.reading import text

LONGEST_TOKEN = 4096
REPEATED = timedelta(minutes=10)  # what has no name of its own may well happen again after so long


def handshake(token: str) -> str:
    """What to answer as text/plain within 10 s (learn.microsoft.com, "notificationUrl validation").

    Refused for what no validation token can be; escaped, so that it is no page for whoever sniffs content.
    """
    if len(token) > LONGEST_TOKEN or not token.isprintable():
        raise Refused(Reason.SIZE)
    return escape(token)


def events(incoming: Incoming, client_state: str) -> list[HookEvent]:
    """All or nothing: one wrong secret and none of the items is believed."""
    items = listed(read(incoming), "value")
    if not items:
        raise Refused(Reason.SECRET)  # without an item there is no secret, so no proof
    fitting = [equal(text(item, "clientState") or "", client_state) for item in items]
    if not all(fitting):
        raise Refused(Reason.SECRET)
    return [_event(item, incoming.now) for item in items]


def _event(item: dict[str, Any], now: datetime) -> HookEvent:
    lifecycle, name = text(item, "lifecycleEvent"), text(item, "id") or ""
    etag, object_id = text(item, "resourceData", "@odata.etag") or "", text(item, "resourceData", "id")
    words = [text(item, field) or "" for field in ("subscriptionId", "changeType", "resource")]
    unnamed = "" if name or etag else str(now.timestamp() // REPEATED.total_seconds())
    return HookEvent(
        dedupe_key=digest(*words, lifecycle or "", name, etag, unnamed),
        kind=Kind.LIFECYCLE if lifecycle else Kind.CHANGED,
        topic=lifecycle or text(item, "changeType") or "unknown",
        objects=(object_id,) if object_id else (),
    )

"""Keap's REST hooks: unsigned. The address is the secret, and what comes is a hint to ask Keap itself."""

import re

from mailwarden.providers.hooks.base import MOST_OBJECTS, HookEvent, Incoming, Kind, digest, listed, read, unreadable
from mailwarden.providers.reading import moment, text

HANDSHAKE = "x-hook-secret"


def handshake(incoming: Incoming) -> str | None:
    """The secret to echo, if this is Keap's check of the address; what could not be a header's value is none."""
    secret = incoming.headers.get(HANDSHAKE, "")
    return secret if re.fullmatch(r"[\x21-\x7e]{1,512}", secret) else None


def events(incoming: Incoming, subscription: str) -> list[HookEvent]:
    """One for all objects of the request. ``subscription`` keeps the keys of different tenants apart."""
    body = read(incoming)
    topic = text(body, "event_key")
    items = listed(body, "object_keys")[:MOST_OBJECTS]
    if topic is None:
        return unreadable(incoming)
    named = sorted((text(item, "id") or "", text(item, "timestamp") or "") for item in items)
    times = [at for item in items if (at := moment(item.get("timestamp"))) is not None]
    return [
        HookEvent(
            dedupe_key=digest(subscription, topic, *(part for pair in named for part in pair)),
            kind=Kind.CHANGED,
            topic=topic,
            occurred_at=max(times, default=None),
            objects=tuple(name for name, _ in named if name),
        )
    ]

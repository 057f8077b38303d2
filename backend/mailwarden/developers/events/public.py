"""An event as customers see it: the same in the stream and in deliveries."""

from typing import Any

from mailwarden.core.ids import format_id
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

# What an event speaks of beside its connection, where that has an address in the API.
SUBJECTS = {
    EventType.CONNECTION_INACTIVE: "epi",
    EventType.CONNECTION_RECOVERED: "epi",
    EventType.CONNECTION_RECONNECTED: "rcpt",
    EventType.MAILBOX_FILLED: "mbx",
    EventType.MAILBOX_EMPTIED: "mbx",
    EventType.MAILBOX_SETTINGS_CHANGED: "mbx",
    EventType.SYNC_STARTED: "sync",
    EventType.SYNC_SUCCEEDED: "sync",
    EventType.SYNC_FAILED: "sync",
    EventType.FIGURES_DEVIATING: "rec",
    EventType.EXPORT_READY: "exp",
    EventType.DOMAIN_CHANGED: "dom",
    EventType.BLOCKLIST_LISTED: "lst",
    EventType.BLOCKLIST_RELISTED: "lst",
    EventType.BLOCKLIST_DELISTED: "lst",
}


def public(event: Event) -> dict[str, Any]:
    """Plain JSON values. Only for committed events, which have a number."""
    prefix = SUBJECTS.get(EventType(event.type))
    return {
        "id": format_id("evt", event.id),
        "sequence": event.position,
        "type": event.type,
        "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
        "connection_id": format_id("conn", event.connection_id) if event.connection_id else None,
        "subject_id": format_id(prefix, event.subject_id) if prefix and event.subject_id else None,
        "data": event.data,
    }

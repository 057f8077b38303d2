"""What is sent: the exact bytes that are signed, the same at every attempt."""

import json
from typing import Any

from mailwarden.core.ids import format_id
from mailwarden.developers.events.public import public
from mailwarden.developers.webhooks.models import WebhookDelivery
from mailwarden.developers.webhooks.rules import MOST_BODY
from mailwarden.events.models import Event

TEST_TYPE = "webhook.test"


def event_body(event: Event) -> bytes:
    """``type``, ``timestamp`` and ``data`` are the specification's. What is too large for it is left to be fetched."""
    shown = public(event)
    told = {
        "type": shown["type"],
        "timestamp": shown["created_at"],
        "id": shown["id"],
        "sequence": shown["sequence"],
        "organization_id": format_id("org", event.org_id),
        "connection_id": shown["connection_id"],
        "subject_id": shown["subject_id"],
        "truncated": False,
        "data": shown["data"],
    }
    body = _bytes(told)
    return body if len(body) <= MOST_BODY else _bytes(told | {"data": {}, "truncated": True})


def test_body(delivery: WebhookDelivery) -> bytes:
    return _bytes(
        {
            "type": TEST_TYPE,
            "timestamp": delivery.created_at.isoformat().replace("+00:00", "Z"),
            "id": format_id("msg", delivery.message_id),
            "sequence": None,
            "organization_id": format_id("org", delivery.org_id),
            "connection_id": None,
            "subject_id": None,
            "truncated": False,
            "data": {"message": "This is a test. Nothing happened."},
        }
    )


def _bytes(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

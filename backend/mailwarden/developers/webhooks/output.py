from typing import Any

from mailwarden.core.ids import format_id
from mailwarden.developers.webhooks.models import WebhookDelivery, WebhookEndpoint
from mailwarden.developers.webhooks.schemas import DeliveryDetailOut, DeliveryOut, EndpointOut, EndpointSecretOut

Counts = dict[str, int]


def endpoint_out(row: WebhookEndpoint, counts: Counts) -> EndpointOut:
    return EndpointOut.model_validate(_endpoint(row, counts))


def endpoint_with_secret(row: WebhookEndpoint, counts: Counts, secret: str) -> EndpointSecretOut:
    return EndpointSecretOut.model_validate(_endpoint(row, counts) | {"secret": secret})


def _endpoint(row: WebhookEndpoint, counts: Counts) -> dict[str, Any]:
    tried = row.last_success_at or row.last_failure_at
    return {
        **{name: getattr(row, name) for name in EndpointOut.model_fields if hasattr(row, name)},
        "health": "failing" if row.failing_since else "working" if tried else "untried",
        "previous_secret_until": row.previous_until,
        "pending": counts.get("pending", 0),
        "failed": counts.get("failed", 0),
    }


def message_id_of(row: WebhookDelivery) -> str:
    return format_id("evt" if row.event_id else "msg", row.message_id)


def delivery_out(row: WebhookDelivery) -> DeliveryOut:
    return DeliveryOut.model_validate(_delivery(row))


def delivery_detail(row: WebhookDelivery) -> DeliveryDetailOut:
    return DeliveryDetailOut.model_validate(_delivery(row) | {"attempts": row.attempts})


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in DeliveryOut.model_fields if hasattr(row, name)},
        "status": row.state,
        "message_id": message_id_of(row),
        "next_attempt_at": row.due_at if row.state == "pending" else None,
        "last_attempt": row.attempts[-1] if row.attempts else None,
    }

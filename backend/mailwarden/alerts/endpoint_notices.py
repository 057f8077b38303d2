"""Notices about a customer's webhook endpoint: by another way than the one that is broken."""

from collections.abc import Sequence
from typing import Any

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import raise_alert
from mailwarden.core.db import UnitOfWork
from mailwarden.core.letter import Button, Letter
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.events.types import EventType

ABOUT_ENDPOINTS = {
    EventType.WEBHOOK_ENDPOINT_FAILING: Kind.ENDPOINT_FAILING,
    EventType.WEBHOOK_ENDPOINT_RECOVERED: Kind.ENDPOINT_RECOVERED,
    EventType.WEBHOOK_ENDPOINT_DISABLED: Kind.ENDPOINT_DISABLED,
}


async def alert_endpoint(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Failing and recovered have the time of trouble as their subject, so each is told once in it."""
    kind = ABOUT_ENDPOINTS[EventType(event.type)]
    once = event.id if kind == Kind.ENDPOINT_DISABLED else event.subject_id or event.id
    title, body = rules.endpoint_title(kind, event.data["url"]), rules.ENDPOINT_BODY[kind]
    await raise_alert(rt, tx, kind, event, title, body, event.data, once_by={"notice_id": once})


def endpoint_letter(
    alert: Alert, organization: Organization, base_url: str, facts: Sequence[tuple[str, str]]
) -> Letter:
    card: dict[str, Any] = alert.card
    named = [("Endpoint", card["url"]), ("Description", card["description"]), ("Last failure", card["last_error"])]
    once = rules.ONCE[Kind(alert.kind)]
    return Letter(
        subject=alert.title,
        heading=alert.title,
        paragraphs=[alert.body],
        facts=[*((name, value) for name, value in named if value), *facts],
        button=Button("Open the endpoint", f"{base_url}/developers/webhooks/{card['endpoint_id']}"),
        footer=f"{once}, as an owner or manager of {organization.name}.",
    )

"""Somebody asks for what they may not do themselves: told to those who may."""

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.models import Alert
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import raise_alert
from mailwarden.core.db import UnitOfWork
from mailwarden.core.letter import Button, Letter
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event


async def alert_wish(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Asking was counted where it was asked: each of these events is told."""
    card, who = event.data, str(event.data["asked_by"])
    title, body = rules.wish_title(who, card["asked_for"]), rules.wish_body(who)
    once_by = {"notice_id": event.id}
    await raise_alert(rt, tx, Kind.ACTION_ASKED, event, title, body, card, once_by=once_by, roles=card["asked"])


def wish_letter(alert: Alert, organization: Organization, base_url: str) -> Letter:
    asked = " or ".join(alert.card["asked"])
    return Letter(
        subject=alert.title,
        heading=alert.title,
        paragraphs=[alert.body],
        facts=[("Organization", organization.name)],
        button=Button("Open the page", f"{base_url}{alert.card['page']}"),
        footer=f"{rules.ONCE[Kind.ACTION_ASKED]}, as {asked} of {organization.name}.",
    )

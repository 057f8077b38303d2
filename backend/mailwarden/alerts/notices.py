"""Notices that belong to no outage: an authorization that will end, a permission that is gone."""

from typing import Any

from mailwarden.alerts import rules
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import raise_alert
from mailwarden.connections.forecast_texts import permission_card
from mailwarden.connections.present import provider_label
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event


async def alert_expiring(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Its subject is the warning of one forecast and one threshold, so it is told once."""
    card = event.data
    label, account = provider_label(card["provider"]), card["account_label"]
    title = rules.expiring_title(label, account, card["days"])
    await _tell(rt, tx, Kind.EXPIRING, event, title, card)


async def alert_permission(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    card = permission_card(event.data)
    title = rules.permission_title(provider_label(card["provider"]), card["account_label"])
    await _tell(rt, tx, Kind.PERMISSION_MISSING, event, title, card)


async def alert_asked(rt: Runtime, tx: UnitOfWork, event: Event) -> None:
    """Asking was counted where it was asked: each of these events is told."""
    card, who = event.data, str(event.data["asked_by"])
    label = provider_label(card["provider"])
    title, body = rules.asked_title(who, label, card["account_label"]), rules.asked_body(card, who)
    await raise_alert(rt, tx, Kind.RECONNECT_ASKED, event, title, body, card, once_by={"notice_id": event.id})


async def _tell(rt: Runtime, tx: UnitOfWork, kind: Kind, event: Event, title: str, card: dict[str, Any]) -> None:
    body = rules.notice_body(card, provider_label(card["provider"]))
    notice_id = event.subject_id or event.id
    await raise_alert(rt, tx, kind, event, title, body, card, once_by={"notice_id": notice_id})

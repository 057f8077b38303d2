"""Facts as connections records them, and the mails that come of it."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.models import Organization
from mailwarden.alerts.letter import compose
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from tests.support.jobs import drain


def card(rt: Runtime, connection: Connection, **over: Any) -> dict[str, Any]:
    now = rt.clock.now()
    return {
        "provider": connection.provider,
        "account_label": connection.account_label,
        "cause": "app_uninstalled",
        "title": "The app was uninstalled",
        "explanation": "Someone removed Mailwarden from this HubSpot account.",
        "who_must_act": "owner_or_manager",
        "action": {"code": "reconnect", "label": "Reconnect acme.test"},
        "first_failed_at": (now - timedelta(minutes=6)).isoformat(),
        "confirmed_at": now.isoformat(),
        "last_good_at": (now - timedelta(minutes=9)).isoformat(),
        "evidence": [
            {"status": 401, "provider_code": "APP_UNINSTALLED", "message": "", "provider_request_id": "req-7"}
        ],
    } | over


async def tell(
    rt: Runtime, connection: Connection, type: EventType, episode_id: UUID | None, data: dict[str, Any]
) -> None:
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        await record(tx, type, connection_id=connection.id, subject_id=episode_id, data=data)


async def break_and_tell(rt: Runtime, connection: Connection, **over: Any) -> UUID:
    episode_id = new_id()
    await tell(rt, connection, EventType.CONNECTION_INACTIVE, episode_id, card(rt, connection, **over))
    await drain(rt)
    return episode_id


async def recover_and_tell(rt: Runtime, connection: Connection, episode_id: UUID) -> None:
    await tell(rt, connection, EventType.CONNECTION_RECOVERED, episode_id, {})
    await drain(rt)


async def letter_of(rt: Runtime, alert: Alert) -> EmailMessage:
    """As it would leave to somebody."""
    async with unit_of_work(rt.sessions, alert.org_id) as tx:
        organization = await tx.session.get_one(Organization, alert.org_id)
    copy = AlertMail(id=new_id(), org_id=alert.org_id, recipient="pat@example.test", message_id="<1@example.test>")
    return message_from_bytes(compose(rt, alert, organization, copy).raw, policy=policy.default)


async def alerts(rt: Runtime, org_id: UUID) -> list[Alert]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(Alert).order_by(Alert.created_at, Alert.id)))


async def copies(rt: Runtime, org_id: UUID) -> list[AlertMail]:
    async with unit_of_work(rt.sessions, org_id) as tx:
        return list(await tx.session.scalars(select(AlertMail).order_by(AlertMail.recipient)))


def mails(folder: Path) -> list[EmailMessage]:
    paths = sorted(folder.glob("*.eml"))
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return [one for one in read if "Confirm your e-mail address" not in one["Subject"]]  # that of the sign-up

"""The alert settings as the API shows them, and the log of each channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from mailwarden.alerts.channels.messages import MESSAGE
from mailwarden.alerts.distribution import DIGEST, recipients, zone_of
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.rule_models import AlertPost, AlertSettings
from mailwarden.alerts.rule_store import settings_of
from mailwarden.alerts.service import ROLES
from mailwarden.alerts.settings_schemas import (
    AlertDeliveryOut,
    AlertDeliveryQuery,
    AlertSettingsOut,
    EmailChannelOut,
    InAppOut,
    LastOut,
    SlackOut,
    WebhookOut,
)
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id
from mailwarden.core.jobs import due_at

After = tuple[datetime, UUID]


async def settings_out(tx: UnitOfWork, org_id: UUID) -> AlertSettingsOut:
    row = await settings_of(tx, org_id)
    zone = await zone_of(tx, org_id)
    waits = await tx.session.scalar(select(Alert.id).where(Alert.org_id == org_id, Alert.waits).limit(1))
    return AlertSettingsOut.model_validate(
        {
            "enabled": row.enabled,
            "frequency": row.frequency,
            "digest_hour": row.digest_hour,
            "time_zone": zone.key,
            "next_digest_at": await due_at(tx, DIGEST, org_id) if waits else None,
            "in_app": InAppOut(),
            "email": await _email(tx, row),
            "slack": await _slack(tx, row),
            "webhook": await _webhook(tx, row),
            "version": row.version,
        }
    )


async def _email(tx: UnitOfWork, row: AlertSettings) -> EmailChannelOut:
    return EmailChannelOut(
        enabled=row.email_enabled,
        on_disconnect=row.email_on_disconnect,
        address=row.email_address,
        pending_address=row.email_pending,
        recipients=await recipients(tx, row, ROLES),
        last=await _last(tx, row.org_id, "email"),
    )


async def _slack(tx: UnitOfWork, row: AlertSettings) -> SlackOut:
    last = await _last(tx, row.org_id, "slack")
    return SlackOut(enabled=row.slack_enabled, configured=row.slack_url is not None, hint=row.slack_hint, last=last)


async def _webhook(tx: UnitOfWork, row: AlertSettings) -> WebhookOut:
    last = await _last(tx, row.org_id, "webhook")
    return WebhookOut(
        enabled=row.webhook_enabled, configured=row.webhook_url is not None, url=row.webhook_url, last=last
    )


async def _last(tx: UnitOfWork, org_id: UUID, channel: Any) -> LastOut | None:
    query = AlertDeliveryQuery(channel=channel, limit=1)
    found = await list_deliveries(tx, org_id, query, None)
    if not found:
        return None
    one = delivery_out(found[0], channel)
    return LastOut(status=one.status, http_status=one.http_status, error=one.error, at=one.sent_at or one.created_at)


async def list_deliveries(tx: UnitOfWork, org_id: UUID, page: AlertDeliveryQuery, after: After | None) -> Sequence[Any]:
    """Rows of (delivery, title), newest first, one more than the page holds."""
    table: Any = AlertMail if page.channel == "email" else AlertPost
    asked = select(table, Alert.title).outerjoin(Alert, Alert.id == table.alert_id).where(table.org_id == org_id)
    if table is AlertPost:
        asked = asked.where(AlertPost.channel == page.channel)
    if after is not None:
        asked = asked.where(tuple_(table.created_at, table.id) < after)
    return (
        await tx.session.execute(asked.order_by(table.created_at.desc(), table.id.desc()).limit(page.limit + 1))
    ).all()


def _message_id(row: Any, channel: Any) -> str | None:
    if channel == "email":
        return str(row.message_id)
    return format_id(MESSAGE, row.id) if channel == "webhook" else None


def delivery_out(found: Any, channel: Any) -> AlertDeliveryOut:
    row, title = found
    return AlertDeliveryOut(
        id=row.id,
        alert_id=row.alert_id,
        message_id=_message_id(row, channel),
        channel=channel,
        about="alert" if row.alert_id else "digest",
        title=title or "Digest",
        target=row.recipient if channel == "email" else None,
        status=row.state,
        tries=None if channel == "email" else row.tries,
        http_status=None if channel == "email" else row.status,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )

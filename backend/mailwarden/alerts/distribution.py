"""Through which channels an alert leaves, and when: at once, or with the digest of the day."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from mailwarden.accounts.models import Organization
from mailwarden.alerts import rules
from mailwarden.alerts.digest_times import next_slot
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.queries import people_to_tell
from mailwarden.alerts.rule_models import AlertPost, AlertSettings
from mailwarden.alerts.rule_store import settings_of
from mailwarden.alerts.rules import Kind
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.mail import domain_of
from mailwarden.core.runtime import Runtime

MAIL, POST, DIGEST = "alert_mail", "alert_post", "alert_digest"


async def distribute(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, alert_id: UUID, kind: Kind, roles: Sequence[str], frequency: str | None
) -> None:
    """``frequency`` none: as set for all. A disconnect never waits, whatever is set (H16)."""
    if kind not in rules.FOR_CHANNELS:
        await mail(rt, tx, org_id, await people_to_tell(tx, org_id, roles), alert_id=alert_id)
        return
    wants = await settings_of(tx, org_id)
    if kind in rules.OF_RULES and (frequency or wants.frequency) == "daily":
        await _wait(rt, tx, wants, alert_id)
        return
    mailed = wants.email_enabled and (kind not in rules.OF_DISCONNECTS or wants.email_on_disconnect)
    people = await recipients(tx, wants, roles) if mailed else []
    await mail(rt, tx, org_id, people, alert_id=alert_id)
    await post(tx, wants, alert_id=alert_id)


async def _wait(rt: Runtime, tx: UnitOfWork, wants: AlertSettings, alert_id: UUID) -> None:
    mine = update(Alert).where(Alert.org_id == wants.org_id, Alert.id == alert_id)
    await tx.session.execute(mine.values(waits=True))
    await plan_digest(rt, tx, wants)


async def plan_digest(rt: Runtime, tx: UnitOfWork, wants: AlertSettings, *, replace: bool = False) -> None:
    due = next_slot(rt.clock.now(), await zone_of(tx, wants.org_id), wants.digest_hour)
    await enqueue(tx, DIGEST, wants.org_id, due_at=due, replace=replace)


async def zone_of(tx: UnitOfWork, org_id: UUID) -> ZoneInfo:
    name = await tx.session.scalar(select(Organization.time_zone).where(Organization.id == org_id))
    return ZoneInfo(name or "UTC")


async def recipients(tx: UnitOfWork, wants: AlertSettings, roles: Sequence[str]) -> list[str]:
    if wants.email_address is not None:
        return [wants.email_address]
    return await people_to_tell(tx, wants.org_id, roles)


async def mail(
    rt: Runtime,
    tx: UnitOfWork,
    org_id: UUID,
    people: Sequence[str],
    *,
    alert_id: UUID | None = None,
    digest_id: UUID | None = None,
) -> None:
    """One row and one job for each address, in the alert's own transaction."""
    for address in people:
        row = mail_row(rt, org_id, address)
        row.alert_id, row.digest_id = alert_id, digest_id
        tx.session.add(row)
        await enqueue(tx, MAIL, row.id)


def mail_row(rt: Runtime, org_id: UUID, address: str) -> AlertMail:
    mail_id = new_id()
    message_id = f"<{mail_id.hex}@{domain_of(rt.config.mail_from)}>"
    return AlertMail(id=mail_id, org_id=org_id, recipient=address, message_id=message_id)


def channels_of(wants: AlertSettings) -> list[str]:
    """Beside e-mail: those that are on and lead somewhere."""
    slack = wants.slack_enabled and wants.slack_url is not None
    webhook = wants.webhook_enabled and wants.webhook_url is not None
    return ["slack"] * slack + ["webhook"] * webhook


async def post(
    tx: UnitOfWork, wants: AlertSettings, *, alert_id: UUID | None = None, digest_id: UUID | None = None
) -> None:
    for channel in channels_of(wants):
        row = AlertPost(id=new_id(), org_id=wants.org_id, alert_id=alert_id, digest_id=digest_id, channel=channel)
        tx.session.add(row)
        await enqueue(tx, POST, row.id)

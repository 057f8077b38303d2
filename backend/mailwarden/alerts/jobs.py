"""Sends the e-mail copies of alerts: at most once each, and honest about what it does not know."""

from uuid import UUID

from sqlalchemy import update

from mailwarden.accounts.models import Organization
from mailwarden.alerts.letter import compose
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.notices import alert_expiring, alert_permission
from mailwarden.alerts.service import MAIL, alert_inactive, alert_recovered
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners
from mailwarden.events.types import EventType

TRIES = 24  # with the back-off of jobs: about four hours of a relay that refuses


async def send_alert_mail(rt: Runtime, lease: Lease) -> None:
    """The intent is committed before the first byte leaves. Who finds it later cannot know, and does not repeat."""
    mail = await _begin(rt, lease)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except MailRefused as exc:
        await _settle(rt, lease, "failed" if lease.attempt >= TRIES else "queued", str(exc))
        if lease.attempt < TRIES:
            raise
    except MailUnknown as exc:
        await _settle(rt, lease, "unknown", str(exc))
    else:
        await _settle(rt, lease, "sent", None)


async def _begin(rt: Runtime, lease: Lease) -> Mail | None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(AlertMail, UUID(lease.key), with_for_update=True)
        if row is None or row.state != "queued":
            if row is not None and row.state == "sending":
                row.state, row.error = "unknown", "interrupted while sending"
            await lease.finish(tx)
            return None
        try:
            mail = await _write(rt, tx, row)
        except UnsafeHeader as exc:
            row.state, row.error = "failed", str(exc)
            await lease.finish(tx)
            return None
        row.state = "sending"
        return mail


async def _write(rt: Runtime, tx: UnitOfWork, row: AlertMail) -> Mail:
    alert = await tx.session.get_one(Alert, row.alert_id)
    organization = await tx.session.get_one(Organization, row.org_id)
    return compose(rt, alert, organization, row)


async def _settle(rt: Runtime, lease: Lease, state: str, error: str | None) -> None:
    """Without the fence: what happened on the wire happened, also if the lease was lost meanwhile."""
    known = ["sending"] if state == "queued" else ["sending", "unknown"]
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        change = update(AlertMail).where(
            AlertMail.org_id == lease.org_id, AlertMail.id == UUID(lease.key), AlertMail.state.in_(known)
        )
        sent_at = app_now() if state == "sent" else None
        await tx.session.execute(change.values(state=state, error=error, sent_at=sent_at))


JOBS = [JobKind(MAIL, send_alert_mail, max_attempts=TRIES)]
LISTENERS: Listeners = {
    EventType.CONNECTION_INACTIVE: [alert_inactive],
    EventType.CONNECTION_RECOVERED: [alert_recovered],
    EventType.CONNECTION_EXPIRING: [alert_expiring],
    EventType.CONNECTION_PERMISSION_MISSING: [alert_permission],
}

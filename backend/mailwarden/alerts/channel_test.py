"""A test alert through every channel that is on, now, with what came of it. Nothing is tried twice."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import update

from mailwarden.accounts import audit
from mailwarden.accounts.models import Organization
from mailwarden.alerts.channels.jobs import settle
from mailwarden.alerts.channels.sending import Parcel, pack, send
from mailwarden.alerts.distribution import channels_of, mail_row, recipients
from mailwarden.alerts.letter import compose
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.rule_models import AlertPost, AlertSettings
from mailwarden.alerts.rule_store import settings_of
from mailwarden.alerts.rules import Kind
from mailwarden.alerts.service import ROLES
from mailwarden.billing.gate import require_work
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader
from mailwarden.core.outside.posting import Posted
from mailwarden.core.outside.reach import open_http
from mailwarden.core.runtime import Runtime

Channel = Literal["in_app", "email", "slack", "webhook"]
Result = Literal["sent", "failed", "unknown", "off"]
TITLE, BODY = "Test alert", "Nothing happened. Somebody tested the alert channels."


@dataclass(frozen=True, slots=True)
class Tested:
    channel: Channel
    result: Result
    target: str | None = None
    detail: str | None = None
    http_status: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    letters: Sequence[tuple[UUID, str, Mail | None]]  # none: the address cannot be reached by plain mail
    parcels: Sequence[tuple[Parcel, str | None]]


async def test_channels(rt: Runtime, org_id: UUID) -> list[Tested]:
    """Raises SubscriptionInactive. No transaction is open while anything is sent."""
    async with unit_of_work(rt.sessions, org_id) as tx:
        await require_work(rt, tx, org_id)
        await audit.record(tx, "alert_settings.tested", audit.Target("alert_settings"))
        wants = await settings_of(tx, org_id)
        plan = await _plan(rt, tx, wants)
    mails = asyncio.gather(*(_mail(rt, org_id, *letter) for letter in plan.letters))
    posts = asyncio.gather(*(_post(rt, org_id, *parcel) for parcel in plan.parcels))
    found = [Tested("in_app", "sent"), *(await mails), *(await posts)]
    missing: list[Channel] = [one for one in ("email", "slack", "webhook") if one not in {row.channel for row in found}]
    return found + [Tested(channel, "off") for channel in missing]


async def _plan(rt: Runtime, tx: UnitOfWork, wants: AlertSettings) -> _Plan:
    alert = Alert(id=new_id(), org_id=wants.org_id, kind=Kind.TEST, title=TITLE, body=BODY, card={})
    tx.session.add(alert)
    await tx.session.flush()
    await tx.session.refresh(alert)
    organization = await tx.session.get_one(Organization, wants.org_id)
    letters, parcels = [], []
    for address in await recipients(tx, wants, ROLES) if wants.email_enabled else []:
        row = mail_row(rt, wants.org_id, address)
        row.alert_id, row.state = alert.id, "sending"
        tx.session.add(row)
        letters.append((row.id, address, _letter(rt, alert, organization, row)))
    for channel in channels_of(wants):
        post = AlertPost(id=new_id(), org_id=wants.org_id, alert_id=alert.id, channel=channel)
        post.state, post.tries = "sending", 1
        tx.session.add(post)
        target = wants.slack_hint if channel == "slack" else wants.webhook_url
        parcels.append((pack(rt, wants, channel, post.id, "test", [alert]), target))
    return _Plan(letters, parcels)


def _letter(rt: Runtime, alert: Alert, organization: Organization, row: AlertMail) -> Mail | None:
    try:
        return compose(rt, alert, organization, row)
    except UnsafeHeader:
        return None


async def _mail(rt: Runtime, org_id: UUID, mail_id: UUID, address: str, mail: Mail | None) -> Tested:
    started, result, detail = time.monotonic(), "sent", None
    try:
        if mail is None:
            raise MailRefused("this address cannot be reached")
        await rt.mailer.send(mail)
    except MailRefused as exc:
        result, detail = "failed", str(exc)
    except MailUnknown as exc:
        result, detail = "unknown", str(exc)
    took = round((time.monotonic() - started) * 1000)
    async with unit_of_work(rt.sessions, org_id) as tx:
        change = update(AlertMail).where(AlertMail.org_id == org_id, AlertMail.id == mail_id)
        sent_at = app_now() if result == "sent" else None
        await tx.session.execute(change.values(state=result, error=detail, sent_at=sent_at))
    return Tested("email", result, address, detail, duration_ms=took)  # type: ignore[arg-type]


async def _post(rt: Runtime, org_id: UUID, parcel: Parcel, target: str | None) -> Tested:
    async with open_http(rt) as http:
        posted = await send(rt, http, parcel)
    async with unit_of_work(rt.sessions, org_id) as tx:
        await settle(tx, org_id, parcel.post_id, posted, over=True)
    return _tested(parcel, target, posted)


def _tested(parcel: Parcel, target: str | None, posted: Posted) -> Tested:
    channel: Channel = "slack" if parcel.channel == "slack" else "webhook"
    result: Result = "sent" if posted.error is None else "failed"
    return Tested(channel, result, target, posted.error, posted.status, posted.duration_ms)

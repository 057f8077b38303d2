"""Mails a notice after the commit that made it."""

from uuid import UUID

from sqlalchemy import update

from mailwarden.accounts.models import Organization, User
from mailwarden.billing.gate import access_of
from mailwarden.billing.letters import letter_of
from mailwarden.billing.models import BillingNotice
from mailwarden.billing.notices import failing_invoice
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Lease
from mailwarden.core.letter import compose
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader, domain_of
from mailwarden.core.runtime import Runtime

TRIES = 24


async def post(rt: Runtime, lease: Lease) -> None:
    """At least once; a second copy after a crash has the same Message-ID."""
    mail = await _build(rt, lease)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except MailRefused:
        if lease.attempt < TRIES:
            raise
        await _settle(rt, lease, "failed")
    except MailUnknown:
        await _settle(rt, lease, "unknown")
    else:
        await _settle(rt, lease, "sent")


async def _build(rt: Runtime, lease: Lease) -> Mail | None:
    async with reader(rt.sessions, lease.org_id) as tx:
        row = await tx.session.get(BillingNotice, UUID(lease.key))
        if row is None or row.mail_state != "queued":
            return None
        try:
            return await _write(rt, tx, row)
        except UnsafeHeader:
            pass
    await _settle(rt, lease, "failed")
    return None


async def _write(rt: Runtime, tx: UnitOfWork, row: BillingNotice) -> Mail | None:
    """As things stand now: what is no longer so is not mailed."""
    await tx.act_as(row.user_id)
    organization, user = await tx.session.get(Organization, row.org_id), await tx.session.get(User, row.user_id)
    access = await access_of(rt, tx, row.org_id)
    if organization is None or user is None or (row.kind in ("inactive", "lapsed") and access.may_work):
        return None
    failed = await failing_invoice(tx, row.org_id)
    letter = letter_of(row.kind, organization.name, rt.config.base_url, access, failed)
    message_id = f"<{row.id.hex}@{domain_of(rt.config.mail_from)}>"
    return compose(letter, sender=rt.config.mail_from, to=user.email, message_id=message_id, date=rt.clock.now())


async def _settle(rt: Runtime, lease: Lease, state: str) -> None:
    change = update(BillingNotice).where(BillingNotice.org_id == lease.org_id, BillingNotice.id == UUID(lease.key))
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await tx.session.execute(change.values(mail_state=state))

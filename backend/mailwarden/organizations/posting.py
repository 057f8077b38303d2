"""Mails an invitation after the commit that made it. Its link is made here and lives in the mail alone."""

import secrets
from uuid import UUID

from sqlalchemy import update

from mailwarden.accounts.models import Organization
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.letter import compose
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader
from mailwarden.core.runtime import Runtime
from mailwarden.organizations.invitations import MAIL, state_of
from mailwarden.organizations.letters import PAGE, invitation
from mailwarden.organizations.models import Invitation

TRIES = 24  # with the back-off of jobs: about four hours of a relay that refuses


async def post(rt: Runtime, lease: Lease) -> None:
    """At least once: a second copy after a crash holds a new link, and the first never left or works no more."""
    mail = await _build(rt, lease)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except MailRefused:
        if lease.attempt < TRIES:
            raise
        await _settle(rt, lease, mail, "failed")
    except MailUnknown:
        await _settle(rt, lease, mail, "unknown")
    else:
        await _settle(rt, lease, mail, "sent")


async def _build(rt: Runtime, lease: Lease) -> Mail | None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(Invitation, UUID(lease.key), with_for_update=True)
        if row is None or row.mail_state != "queued" or state_of(row, rt.clock.now()) != "open":
            await lease.finish(tx)
            return None
        try:
            return await _write(rt, tx, row)
        except UnsafeHeader:
            row.mail_state = "failed"
            await lease.finish(tx)
            return None


async def _write(rt: Runtime, tx: UnitOfWork, row: Invitation) -> Mail:
    organization = await tx.session.get_one(Organization, row.org_id)
    token = secrets.token_urlsafe(32)
    row.token_hash = token_hash(token)
    link = f"{rt.config.base_url}{PAGE}#{token}"  # a fragment reaches no server's log
    letter = invitation(organization.name, row.inviter_name, row.role, link, row.expires_at)
    return compose(letter, sender=rt.config.mail_from, to=row.email, message_id=row.message_id, date=rt.clock.now())


async def _settle(rt: Runtime, lease: Lease, mail: Mail, state: str) -> None:
    """Without the fence: what happened on the wire happened. A resend meanwhile has another Message-ID."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        change = update(Invitation).where(Invitation.org_id == lease.org_id, Invitation.id == UUID(lease.key))
        change = change.where(Invitation.message_id == mail.message_id, Invitation.mail_state == "queued")
        await tx.session.execute(change.values(mail_state=state))


JOBS = [JobKind(MAIL, post, max_attempts=TRIES)]

"""Mails the code that proves an address for alerts."""

from uuid import UUID

from mailwarden.accounts.models import Organization
from mailwarden.alerts.channels.secrets import unseal
from mailwarden.alerts.rule_letters import code_letter
from mailwarden.alerts.rule_models import AlertSettings
from mailwarden.core.db import reader
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import Lease
from mailwarden.core.letter import compose
from mailwarden.core.mail import Mail, MailUnknown, UnsafeHeader, domain_of
from mailwarden.core.runtime import Runtime


async def send_code(rt: Runtime, lease: Lease) -> None:
    """At least once: a second copy holds the same code."""
    mail = await _write(rt, lease)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except MailUnknown:
        return  # perhaps it arrived; who got none asks again


async def _write(rt: Runtime, lease: Lease) -> Mail | None:
    async with reader(rt.sessions, lease.org_id) as tx:
        row = await tx.session.get(AlertSettings, UUID(lease.key))
        code = unseal(rt, row, "email_code") if row is not None else None
        if row is None or code is None or row.email_pending is None:
            return None
        organization = await tx.session.get_one(Organization, row.org_id)
        letter, named = code_letter(organization, code), f"<{new_id().hex}@{domain_of(rt.config.mail_from)}>"
        at, to = rt.clock.now(), row.email_pending
        try:
            return compose(letter, sender=rt.config.mail_from, to=to, message_id=named, date=at)
        except UnsafeHeader:
            return None

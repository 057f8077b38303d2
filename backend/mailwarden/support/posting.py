"""Mails a request to the support address, with everything that was told and when an answer is due."""

import logging
from uuid import UUID

from sqlalchemy import select, update

from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import format_id
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.mail import Attachment, Mail, MailRefused, MailUnknown, UnsafeHeader, build_message, plain
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.archive import archive, file_name
from mailwarden.diagnostics.models import SupportBundle
from mailwarden.support.desk import MAIL
from mailwarden.support.models import SupportAttachment, SupportRequest
from mailwarden.support.rules import URGENCIES, ZONE, Urgency

log = logging.getLogger(__name__)
TRIES = 24  # with the back-off of jobs: about four hours of a relay that refuses


async def post(rt: Runtime, lease: Lease) -> None:
    """At least once, with one Message-ID: a request that comes twice is better than one that is lost."""
    mail = await _build(rt, lease)
    if mail is None:
        return
    try:
        await rt.mailer.send(mail)
    except (MailRefused, MailUnknown):
        if lease.attempt < TRIES:
            raise
        log.error("a request for support could not be mailed", extra={"message_id": mail.message_id})
        await _settle(rt, lease, "failed")
    else:
        await _settle(rt, lease, "sent")


async def _build(rt: Runtime, lease: Lease) -> Mail | None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(SupportRequest, UUID(lease.key))
        if row is None or row.mail_state != "queued":
            await lease.finish(tx)
            return None
        return _write(rt, row, await _files(tx, row))


async def _files(tx: UnitOfWork, row: SupportRequest) -> list[Attachment]:
    sent = select(SupportAttachment).where(SupportAttachment.request_id == row.id)
    ordered = sent.order_by(SupportAttachment.created_at, SupportAttachment.id)
    files = [Attachment(one.name, one.media_type, one.content) for one in await tx.session.scalars(ordered)]
    bundle = await tx.session.get(SupportBundle, row.bundle_id) if row.bundle_id else None
    return [*files, Attachment(file_name(bundle), "application/zip", archive(bundle))] if bundle else files


def _write(rt: Runtime, row: SupportRequest, files: list[Attachment]) -> Mail:
    """An address that no plain mail reaches stands in the text; the request itself always goes out."""
    try:
        return _message(rt, row, files, row.email)
    except UnsafeHeader:
        return _message(rt, row, files, None)


def _message(rt: Runtime, row: SupportRequest, files: list[Attachment], reply_to: str | None) -> Mail:
    urgent = "[Urgent] " if row.urgency else ""
    return build_message(
        sender=rt.config.mail_from,
        to=[rt.config.support_address],
        subject=plain(f"{urgent}{row.reference}: {row.description}", 120),
        text=text_of(row),
        html=None,
        message_id=row.message_id,
        date=row.created_at,
        headers=[("Auto-Submitted", "auto-generated")],
        reply_to=reply_to,
        attachments=files,
    )


def text_of(row: SupportRequest) -> str:
    due = f"{row.due_at:%Y-%m-%d %H:%M} UTC, {row.due_at.astimezone(ZONE):%a %d %b %H:%M %Z}"
    organization = f"{row.organization_name} ({format_id('org', row.org_id)})" if row.org_id else "not signed in"
    facts = {
        "Reference": row.reference,
        "Answer due": due,
        "Urgent because": URGENCIES[Urgency(row.urgency)] if row.urgency else None,
        "From": row.email,
        "Organization": organization,
        "Environment": row.environment,
        "Provider": row.provider,
        "Failed at": f"{row.occurred_at:%Y-%m-%d %H:%M:%S} UTC" if row.occurred_at else None,
        "Reference of the error": row.problem_request_id,
        "Page": row.page,
        "Browser": row.browser,
        "Device": row.device,
    }
    told = {
        "What happened": row.description,
        "Exact error": row.error_text,
        "What they were doing": row.doing,
        "Steps to reproduce": row.steps,
    }
    head = "\n".join(f"{name}: {value}" for name, value in facts.items() if value)
    return head + "".join(f"\n\n{name}\n\n{value}" for name, value in told.items() if value) + "\n"


async def _settle(rt: Runtime, lease: Lease, state: str) -> None:
    """Without the fence: what happened on the wire happened."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        change = update(SupportRequest).where(SupportRequest.id == UUID(lease.key))
        await tx.session.execute(change.values(mail_state=state))


JOBS = [JobKind(MAIL, post, max_attempts=TRIES)]

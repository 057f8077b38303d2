"""Takes requests for support: checks the files, says when an answer is due, and has them mailed."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Organization, User
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Invalid, TooManyRequests
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import enqueue
from mailwarden.core.mail import domain_of
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.models import SupportBundle
from mailwarden.support.files import LARGEST, LARGEST_TOGETHER, clean_name, media_type_of
from mailwarden.support.limits import HOUR, OF_A_PERSON
from mailwarden.support.models import SupportAttachment, SupportRequest
from mailwarden.support.rules import due_at
from mailwarden.support.schemas import ContactIn, FileIn, SupportRequestIn

MAIL = "support_mail"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without those that are misread


async def receive(rt: Runtime, tx: UnitOfWork, caller: Caller, body: SupportRequestIn) -> SupportRequest:
    """Raises Invalid for files that are too large or of no known type, and for a bundle that is not there."""
    await _check_hour(rt, tx, caller)
    files = checked(body.attachments)
    if body.bundle_id is not None:
        await _check_bundle(tx, caller.org_id, body.bundle_id)
    user = await tx.session.get_one(User, caller.user_id)
    organization = await tx.session.get_one(Organization, caller.org_id)
    more = {"user_id": user.id, "email": user.email, "organization_name": organization.name}
    row = await _store(rt, tx, _fields(body) | more, files)
    told = {"urgency": row.urgency, "attachments": len(files)}
    await audit.record(tx, "support_request.created", Target("support_request", row.id, row.reference), after=told)
    return row


async def receive_from_anybody(rt: Runtime, tx: UnitOfWork, body: ContactIn) -> SupportRequest:
    """``tx`` acts for no organization."""
    files = checked(body.attachments)
    return await _store(rt, tx, _fields(body), files)


def _fields(body: SupportRequestIn | ContactIn) -> dict[str, Any]:
    return {name: value for name, value in body if name != "attachments"}


async def _store(rt: Runtime, tx: UnitOfWork, fields: dict[str, Any], files: list[SupportAttachment]) -> SupportRequest:
    now, row_id = rt.clock.now(), new_id()
    row = SupportRequest(
        **fields,
        id=row_id,
        org_id=tx.org_id,
        created_at=now,
        reference=new_reference(),
        environment=rt.config.environment,
        due_at=due_at(now, fields["urgency"]),
        status="open",
        message_id=f"<{row_id.hex}@{domain_of(rt.config.mail_from)}>",
        mail_state="queued",
    )
    tx.session.add(row)
    await tx.session.flush()
    for file in files:
        file.org_id, file.request_id = tx.org_id, row_id
        tx.session.add(file)
    await tx.session.flush()
    await enqueue(tx, MAIL, row_id)
    return row


def new_reference() -> str:
    """Told by telephone without mistakes; 40 random bits, so that it counts nothing."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"MW-{drawn[:4]}-{drawn[4:]}"


def checked(files: list[FileIn]) -> list[SupportAttachment]:
    if sum(len(one.content) for one in files) > LARGEST_TOGETHER:
        raise _refused("files_too_large", f"All files together may have {LARGEST_TOGETHER >> 20} MiB.", "")
    return [_checked(number, one) for number, one in enumerate(files)]


def _checked(number: int, file: FileIn) -> SupportAttachment:
    at = f"/{number}/content"
    if len(file.content) > LARGEST:
        raise _refused("file_too_large", f"A file may have {LARGEST >> 20} MiB.", at)
    media_type = media_type_of(file.content)
    if media_type is None or not file.content:
        raise _refused("file_type", "Attach images (PNG, JPEG, GIF, WebP), PDF or text.", at)
    name = clean_name(file.name, media_type)
    return SupportAttachment(
        id=new_id(), name=name, media_type=media_type, size=len(file.content), content=file.content
    )


def _refused(code: str, detail: str, at: str) -> Invalid:
    wrong = {"pointer": f"#/attachments{at}", "code": code, "detail": detail}
    return Invalid(detail, code=code, errors=[wrong])


async def _check_hour(rt: Runtime, tx: UnitOfWork, caller: Caller) -> None:
    row = SupportRequest
    recent = select(func.count()).select_from(row).where(row.org_id == caller.org_id, row.user_id == caller.user_id)
    if (await tx.session.scalar(recent.where(row.created_at > rt.clock.now() - HOUR)) or 0) >= OF_A_PERSON:
        raise TooManyRequests("Enough requests for one hour. We read all of them.", headers={"Retry-After": "600"})


async def _check_bundle(tx: UnitOfWork, org_id: UUID, bundle_id: UUID) -> None:
    there = select(SupportBundle.id).where(SupportBundle.org_id == org_id, SupportBundle.id == bundle_id)
    if await tx.session.scalar(there) is None:
        wrong = {"pointer": "#/bundle_id", "code": "unknown", "detail": "There is no such support bundle any more."}
        raise Invalid("There is no such support bundle any more. Make a new one.", errors=[wrong])

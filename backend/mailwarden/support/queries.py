"""One's own requests, and what the operator sees of everybody's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from mailwarden.accounts.caller import Caller
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.pages import Log, log_page
from mailwarden.support.models import SupportAttachment, SupportRequest
from mailwarden.support.schemas import (
    AttachmentOut,
    OpenRequestOut,
    SupportRequestDetailOut,
    SupportRequestOut,
)


def request_out(row: SupportRequest, now: datetime) -> SupportRequestOut:
    return SupportRequestOut.model_validate(_parts(row, now, SupportRequestOut))


def detail_out(row: SupportRequest, files: Sequence[AttachmentOut], now: datetime) -> SupportRequestDetailOut:
    return SupportRequestDetailOut.model_validate(
        _parts(row, now, SupportRequestDetailOut) | {"attachments": list(files)}
    )


def _parts(row: SupportRequest, now: datetime, shape: type[SupportRequestOut]) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in shape.model_fields if hasattr(row, name)}
    return named | {"overdue": row.status == "open" and row.due_at < now, "mail": row.mail_state}


async def list_own(rt: Runtime, tx: UnitOfWork, caller: Caller, page: PageQuery) -> Page[SupportRequestOut]:
    row = SupportRequest
    mine = select(row).where(row.org_id == caller.org_id, row.user_id == caller.user_id)
    log = Log(f"support|{caller.user_id}", mine, row.created_at.expression, row.id.expression)
    now = rt.clock.now()
    return await log_page(rt, tx, caller.org_id, log, page, lambda found: request_out(found[0], now))


async def get_own(tx: UnitOfWork, caller: Caller, request_id: UUID, *, lock: bool = False) -> SupportRequest:
    row = SupportRequest
    mine = select(row).where(row.org_id == caller.org_id, row.user_id == caller.user_id, row.id == request_id)
    found = await tx.session.scalar(mine.with_for_update() if lock else mine)
    if found is None:
        raise NotFound("There is no such request of yours.")
    return found


async def list_files(tx: UnitOfWork, row: SupportRequest) -> list[AttachmentOut]:
    """Without their content."""
    file = SupportAttachment
    asked = select(file.id, file.name, file.media_type, file.size).where(file.request_id == row.id)
    found = await tx.session.execute(asked.order_by(file.created_at, file.id))
    return [AttachmentOut(id=one.id, name=one.name, media_type=one.media_type, size=one.size) for one in found]


async def get_file(tx: UnitOfWork, row: SupportRequest, file_id: UUID) -> SupportAttachment:
    asked = select(SupportAttachment).where(SupportAttachment.request_id == row.id, SupportAttachment.id == file_id)
    found = await tx.session.scalar(asked)
    if found is None:
        raise NotFound("There is no such file.")
    return found


async def list_open(rt: Runtime, tx: UnitOfWork) -> list[OpenRequestOut]:
    """Of all organizations and of nobody's, the next one due first. Through a listed function."""
    rows = (await tx.session.execute(text("SELECT * FROM open_support_requests(200)"))).mappings()
    now = rt.clock.now()
    return [OpenRequestOut(**row, overdue=row["due_at"] < now) for row in rows]


async def mark_answered(tx: UnitOfWork, reference: str) -> None:
    asked = text("SELECT answer_support_request(:reference)")
    if not await tx.session.scalar(asked, {"reference": reference}):
        raise NotFound("No open request has this reference.")

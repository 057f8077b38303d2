"""Writing to support, signed in or not, and seeing what became of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.accounts.gates import admit_from_network
from mailwarden.accounts.throttle import Gate, count
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import AttachmentId, SupportRequestId
from mailwarden.core.paging import Page, Paging
from mailwarden.diagnostics.access import OperatorApart
from mailwarden.support import desk, limits, queries
from mailwarden.support.contact_card import support_out
from mailwarden.support.models import SupportRequest
from mailwarden.support.schemas import (
    ContactIn,
    OpenRequestOut,
    ReceivedOut,
    SupportOut,
    SupportRequestDetailOut,
    SupportRequestIn,
    SupportRequestOut,
)

router = APIRouter(prefix="/v1", tags=["support"])
OWN = "support:own"
Writer = Annotated[Caller, Depends(require(OWN))]
Watcher = Annotated[Caller, Depends(require_read(OWN))]
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


def received(row: SupportRequest) -> ReceivedOut:
    return ReceivedOut(reference=row.reference, due_at=row.due_at, urgent=row.urgency is not None)


@router.get("/support", responses=errors())
async def get_support(rt: Rt) -> SupportOut:
    """Public. How to reach support, when it answers, and what may be attached."""
    return support_out(rt.config, rt.clock.now())


@router.post("/support/contact", status_code=202, responses=errors(413, 429))
async def contact_support(body: ContactIn, request: Request, rt: Rt, tx: Tx) -> ReceivedOut:
    """Public, for whoever cannot sign in. Says nothing about whether the address has an account."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, limits.OF_A_NETWORK)
    await count(rt, Gate(limits.OF_ALL, ""))
    return received(await desk.receive_from_anybody(rt, tx, body))


@router.post("/support/requests", status_code=201, responses=errors(413, 429))
async def create_support_request(body: SupportRequestIn, rt: Rt, tx: Tx, caller: Writer) -> SupportRequestDetailOut:
    """Mailed to support at once. Answered by e-mail within 24 hours, urgent ones within 4."""
    row = await desk.receive(rt, tx, caller, body)
    return queries.detail_out(row, await queries.list_files(tx, row), rt.clock.now())


@router.get("/support/requests", responses=errors(400))
async def list_support_requests(rt: Rt, tx: Reader, caller: Watcher, page: Paging) -> Page[SupportRequestOut]:
    """One's own, newest first."""
    return await queries.list_own(rt, tx, caller, page)


@router.get("/support/requests/{request_id}", responses=errors(404))
async def get_support_request(
    request_id: SupportRequestId, rt: Rt, tx: Reader, caller: Watcher
) -> SupportRequestDetailOut:
    row = await queries.get_own(tx, caller, request_id)
    return queries.detail_out(row, await queries.list_files(tx, row), rt.clock.now())


@router.post("/support/requests/{request_id}/close", responses=errors(404))
async def close_support_request(request_id: SupportRequestId, rt: Rt, tx: Tx, caller: Writer) -> SupportRequestOut:
    """It is settled. Closing it twice changes nothing."""
    row = await queries.get_own(tx, caller, request_id, lock=True)
    if row.status != "closed":
        row.status, row.closed_at = "closed", rt.clock.now()
        await tx.session.flush()
    return queries.request_out(row, rt.clock.now())


@router.get(
    "/support/requests/{request_id}/attachments/{attachment_id}",
    response_class=Response,
    responses=FILE | errors(404),
)
async def download_support_attachment(
    request_id: SupportRequestId, attachment_id: AttachmentId, tx: Reader, caller: Watcher
) -> Response:
    """As a download whatever it holds: no browser shows it as a page of ours."""
    row = await queries.get_own(tx, caller, request_id)
    file = await queries.get_file(tx, row, attachment_id)
    headers = {
        "Content-Disposition": limits.disposition(file.name),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(file.content, media_type="application/octet-stream", headers=headers)


@router.get("/diagnostics/instance/support-requests", responses=errors())
async def list_open_support_requests(rt: Rt, caller: OperatorApart) -> list[OpenRequestOut]:  # noqa: ARG001
    """For the operator: what is not answered yet, the next one due first. What was written stands in the mail."""
    async with unit_of_work(rt.sessions) as tx:
        return await queries.list_open(rt, tx)


@router.post("/diagnostics/instance/support-requests/{reference}/answered", status_code=204, responses=errors(404))
async def mark_support_request_answered(reference: str, rt: Rt, caller: OperatorApart) -> None:  # noqa: ARG001
    """For the operator, after the answer was mailed."""
    async with unit_of_work(rt.sessions) as tx:
        await queries.mark_answered(tx, reference)

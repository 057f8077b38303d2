"""Exports of what pages show: at once where they are small, else in the background."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import JSONResponse
from starlette.responses import StreamingResponse

from mailwarden.accounts.caller import Caller, DataReader, allowed, require
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import ExportId
from mailwarden.core.paging import Page, Paging
from mailwarden.core.runtime import Runtime
from mailwarden.exports import queries, service
from mailwarden.exports.models import Export
from mailwarden.exports.output import export_out, export_page, path_of
from mailwarden.exports.registry import REPORTS
from mailwarden.exports.rules import MEDIA, file_name
from mailwarden.exports.schemas import ExportOut, ExportRequest

router = APIRouter(prefix="/v1/exports", tags=["exports"])
Asker = Annotated[Caller, Depends(require("data:read"))]
BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
CONTENT = {"text/csv": {"schema": {"type": "string"}}, "application/pdf": BYTES}
FILE: dict[int | str, dict[str, Any]] = {200: {"content": CONTENT, "description": "The file."}}


def as_file(content: AsyncIterator[bytes], name: str, format: str, size: int) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(content, media_type=MEDIA[format], headers=headers | {"Cache-Control": "no-store"})


async def once(content: bytes) -> AsyncIterator[bytes]:
    """A stream: what has a body as a whole would be kept for its Idempotency-Key."""
    yield content


async def seen_export(export_id: ExportId, tx: Reader, caller: DataReader) -> Export:
    return await queries.get_export(tx, caller.org_id, export_id)


Seen = Annotated[Export, Depends(seen_export)]


@router.post("", status_code=202, response_model=ExportOut, responses=FILE | errors(429))
async def create_export(asked: Annotated[ExportRequest, Body()], rt: Rt, tx: Tx, caller: Asker) -> Response:
    """What a page shows with these filters, as a file.

    Up to 10,000 rows as CSV and 500 as PDF the answer is the file itself (200). More are made in the background (202):
    ask for the state until it is `ready`, then download. CSV is UTF-8 with CRLF; text that a spreadsheet could take
    for a formula has an apostrophe in front. Works while the organization or a connection is inactive.
    """
    allowed(caller, REPORTS[asked.report].permission)
    made = await service.make_or_begin(rt, tx, caller, asked)
    if isinstance(made, bytes):
        return as_file(once(made), await _name(rt, tx, caller, asked), asked.format, len(made))
    body = export_out(made).model_dump(mode="json")
    return JSONResponse(body, 202, headers={"Location": path_of(made.id), "Retry-After": "2"})


async def _name(rt: Runtime, tx: Tx, caller: Caller, asked: ExportRequest) -> str:
    organization = await queries.get_organization(tx, caller.org_id)
    return file_name(asked.report, asked.format, rt.clock.now(), ZoneInfo(organization.time_zone))


@router.get("", responses=errors(400))
async def list_exports(rt: Rt, tx: Reader, caller: DataReader, page: Paging) -> Page[ExportOut]:
    """Those made in the background, of the whole organization, newest first."""
    return await export_page(rt, tx, caller.org_id, page)


@router.get("/{export_id}", responses=errors(404))
async def get_export(row: Seen) -> ExportOut:
    """How far it is."""
    return export_out(row)


@router.get("/{export_id}/file", response_class=StreamingResponse, responses=FILE | errors(404, 409, 410))
async def download_export(row: Seen, rt: Rt, caller: DataReader) -> StreamingResponse:
    """For 24 hours after it was ready; then 410. Whoever may see the page may download it."""
    allowed(caller, REPORTS[row.report].permission)
    service.check_file(rt, row)
    return as_file(service.read_file(rt, row.org_id, row.id), row.file_name, row.format, row.size or 0)


@router.delete("/{export_id}", status_code=204, responses=errors(404))
async def delete_export(export_id: ExportId, rt: Rt, tx: Tx, caller: Asker) -> None:
    """Stops it, or takes its file away before its time. It stays listed. Those of others: owners and managers."""
    await service.remove(rt, tx, caller, export_id)

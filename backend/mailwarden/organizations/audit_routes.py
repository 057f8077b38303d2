"""Who did what, for owners and managers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from mailwarden.accounts.caller import Caller, require_read
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.paging import Page
from mailwarden.organizations import audit_log
from mailwarden.organizations.schemas import AuditEntryOut, AuditExportQuery, AuditQuery

router = APIRouter(prefix="/v1/audit-log", tags=["organizations"])
Auditor = Annotated[Caller, Depends(require_read("audit:read"))]
KINDS: dict[str, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {"schema": {"type": "string"}}},
        "description": "Newest first; at most 200,000 rows.",
    }
}


@router.get("", responses=errors(400))
async def list_audit_log(
    rt: Rt, tx: Reader, caller: Auditor, query: Annotated[AuditQuery, Query()]
) -> Page[AuditEntryOut]:
    """Newest first. Rows are never changed, and go after the days that the operator set (three years by default)."""
    return await audit_log.page_of(rt, tx, caller.org_id, query)


@router.get("/export", response_class=StreamingResponse, responses=FILES | errors())
async def export_audit_log(rt: Rt, caller: Auditor, query: Annotated[AuditExportQuery, Query()]) -> StreamingResponse:
    """The same with the same filters, as a file. In CSV a cell that looks like a formula begins with an apostrophe."""
    write = audit_log.csv_lines if query.format == "csv" else audit_log.ndjson
    headers = {
        "Content-Disposition": f'attachment; filename="audit-log.{query.format}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(write(rt, caller.org_id, query), media_type=KINDS[query.format], headers=headers)

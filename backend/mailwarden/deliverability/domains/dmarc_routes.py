from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from mailwarden.accounts.caller import Caller, DataReader
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.ids import DmarcReportId, DomainId
from mailwarden.core.paging import Page, Paging
from mailwarden.deliverability.dmarc_reports.schemas import DmarcReportDetailOut, DmarcReportIn, DmarcReportOut
from mailwarden.deliverability.dmarc_reports.store import report_detail, report_page
from mailwarden.deliverability.domains.dmarc_import import import_report
from mailwarden.deliverability.domains.store import get_domain

router = APIRouter(prefix="/v1/domains/{domain_id}/dmarc-reports", tags=["domains"])
ManagerApart = Annotated[Caller, Depends(require_apart("domains:write"))]
THERE = "It was there already, and is not counted twice."
STORED: dict[int | str, dict[str, Any]] = {200: {"model": DmarcReportOut, "description": THERE}}


@router.post("", status_code=201, responses=STORED | errors(402, 404, 413, 429))
async def add_dmarc_report(
    domain_id: DomainId, body: DmarcReportIn, rt: Rt, caller: ManagerApart, response: Response
) -> DmarcReportOut:
    """An aggregate report (rua) of a receiver. Its selectors are looked at with the next check; its addresses are
    suggested and never added by themselves.
    """
    row, is_new = await import_report(rt, caller.org_id, domain_id, body.content)
    if not is_new:
        response.status_code = 200
    return DmarcReportOut.model_validate(row)


@router.get("", responses=errors(400, 404))
async def list_dmarc_reports(
    domain_id: DomainId, rt: Rt, tx: Reader, caller: DataReader, page: Paging
) -> Page[DmarcReportOut]:
    """Newest first, by the time that they are about."""
    await get_domain(tx, caller.org_id, domain_id)
    return await report_page(rt, tx, (caller.org_id, domain_id), page)


@router.get("/{dmarc_report_id}", responses=errors(404))
async def get_dmarc_report(
    domain_id: DomainId, dmarc_report_id: DmarcReportId, tx: Reader, caller: DataReader
) -> DmarcReportDetailOut:
    """One report, with the sources that it saw most mail from."""
    return await report_detail(tx, (caller.org_id, domain_id), dmarc_report_id)

"""Keeping reports and finding them. Another organization's is as one that never was."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, tuple_

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dmarc_reports.condensing import MOST_SOURCES, Condensed
from mailwarden.deliverability.dmarc_reports.models import DmarcReport, DmarcSource
from mailwarden.deliverability.dmarc_reports.report import Report
from mailwarden.deliverability.dmarc_reports.schemas import DmarcReportDetailOut, DmarcReportOut, DmarcSourceOut

MOST_SHOWN = 100  # sources of one report


async def find_same(tx: UnitOfWork, org_id: UUID, domain_id: UUID, report: Report) -> DmarcReport | None:
    """Of one reporter, an id is one report (RFC 9990 2.1)."""
    asked = select(DmarcReport).where(DmarcReport.org_id == org_id, DmarcReport.domain_id == domain_id)
    same = (DmarcReport.reporter == report.reporter, DmarcReport.external_id == report.report_id)
    return await tx.session.scalar(asked.where(*same))


async def sources_since(tx: UnitOfWork, org_id: UUID, since: datetime) -> int:
    """How many were kept of all reports that came since then."""
    kept = func.least(DmarcReport.sources, MOST_SOURCES)
    asked = select(func.coalesce(func.sum(kept), 0)).where(DmarcReport.org_id == org_id, DmarcReport.created_at > since)
    return int(await tx.session.scalar(asked) or 0)


async def keep_report(
    rt: Runtime, tx: UnitOfWork, domain: tuple[UUID, UUID], report: Report, found: Condensed
) -> DmarcReport:
    """``domain``: its organization and its id; its row is locked."""
    org_id, domain_id = domain
    row = DmarcReport(
        id=new_id(),
        org_id=org_id,
        domain_id=domain_id,
        created_at=rt.clock.now(),
        reporter=report.reporter,
        email=report.email,
        external_id=report.report_id,
        begins_at=report.begins_at,
        ends_at=report.ends_at,
        policy=asdict(report.policy),
        records=found.records,
        sources=found.all_sources,
        **asdict(found.totals),
    )
    tx.session.add(row)
    await tx.session.flush()
    base = {"org_id": org_id, "report_id": row.id, "created_at": row.created_at}
    named = [(one, {"address": one.address, "header_from": one.header_from}) for one in found.sources]
    if sources := [base | {"id": new_id()} | names | asdict(one.counts) for one, names in named]:
        await tx.session.execute(insert(DmarcSource), sources)
    return row


async def report_page(rt: Runtime, tx: UnitOfWork, domain: tuple[UUID, UUID], page: PageQuery) -> Page[DmarcReportOut]:
    """The latest time that one is about first."""
    org_id, domain_id = domain
    scope = f"dmarc_reports|{domain_id}"
    asked = select(DmarcReport).where(DmarcReport.org_id == org_id, DmarcReport.domain_id == domain_id)
    if page.cursor is not None:
        at, last_id = rt.cursors.decode(org_id, scope, page.cursor)
        asked = asked.where(tuple_(DmarcReport.ends_at, DmarcReport.id) < (datetime.fromisoformat(at), UUID(last_id)))
    asked = asked.order_by(DmarcReport.ends_at.desc(), DmarcReport.id.desc()).limit(page.limit + 1)
    rows = (await tx.session.scalars(asked)).all()
    following = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1]
        following = rt.cursors.encode(org_id, scope, [last.ends_at.isoformat(), str(last.id)])
    data = [DmarcReportOut.model_validate(one) for one in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)


async def report_detail(tx: UnitOfWork, domain: tuple[UUID, UUID], report_id: UUID) -> DmarcReportDetailOut:
    """Raises NotFound."""
    org_id, domain_id = domain
    asked = select(DmarcReport).where(DmarcReport.org_id == org_id, DmarcReport.domain_id == domain_id)
    row: DmarcReport | None = await tx.session.scalar(asked.where(DmarcReport.id == report_id))
    if row is None:
        raise NotFound(f"There is no DMARC report {format_id('dmr', report_id)}.")
    of_it = select(DmarcSource).where(DmarcSource.org_id == org_id, DmarcSource.report_id == row.id)
    ordered = of_it.order_by(DmarcSource.messages.desc(), DmarcSource.address, DmarcSource.header_from)
    sources = [DmarcSourceOut.model_validate(one) for one in await tx.session.scalars(ordered.limit(MOST_SHOWN))]
    shown = DmarcReportOut.model_validate(row)
    return DmarcReportDetailOut(**dict(shown), largest_sources=sources)

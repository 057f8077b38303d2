"""A report of a receiver: read and counted outside of any transaction, then kept, once."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.accounts.audit import Target, record
from mailwarden.billing.gate import require_work
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.dmarc_reports.condensing import Condensed, condense
from mailwarden.deliverability.dmarc_reports.models import DmarcReport
from mailwarden.deliverability.dmarc_reports.reading import read_report
from mailwarden.deliverability.dmarc_reports.report import Report
from mailwarden.deliverability.dmarc_reports.rules import WINDOW
from mailwarden.deliverability.dmarc_reports.store import find_same, keep_report, sources_since
from mailwarden.deliverability.dmarc_reports.unpacking import xml_in
from mailwarden.deliverability.domains.dmarc_turns import SOURCES_OF_A_DAY, enough, may_bring, place
from mailwarden.deliverability.domains.selectors import REPORT, added
from mailwarden.deliverability.domains.store import get_domain
from mailwarden.deliverability.news import facts_changed

DAY = timedelta(days=1)


async def import_report(rt: Runtime, org_id: UUID, domain_id: UUID, file: bytes) -> tuple[DmarcReport, bool]:
    """The stored report, and whether it is new. Raises NotFound, Invalid, TooManyRequests, SubscriptionInactive."""
    async with reader(rt.sessions, org_id) as tx:
        name = (await get_domain(tx, org_id, domain_id)).name
        await require_work(rt, tx, org_id)
    await may_bring(rt, org_id)
    async with place(org_id):
        report, found = await asyncio.to_thread(_counted, file, name, rt.clock.now())
    async with unit_of_work(rt.sessions, org_id) as tx:
        return await _keep(rt, tx, (org_id, domain_id), report, found)


def _counted(file: bytes, name: str, now: datetime) -> tuple[Report, Condensed]:
    report = read_report(xml_in(file), now)
    return report, condense(report, name)


async def _keep(
    rt: Runtime, tx: UnitOfWork, domain: tuple[UUID, UUID], report: Report, found: Condensed
) -> tuple[DmarcReport, bool]:
    """Locks the domain, so that the same report twice at once is still one."""
    row = await get_domain(tx, *domain, lock=True)
    if (same := await find_same(tx, *domain, report)) is not None:
        return same, False
    if await sources_since(tx, row.org_id, rt.clock.now() - DAY) + len(found.sources) > SOURCES_OF_A_DAY:
        raise enough(3600)
    kept = await keep_report(rt, tx, domain, report, found)
    if report.ends_at > rt.clock.now() - WINDOW:  # older ones name keys that may be gone for good
        row.selectors = added(row.selectors, found.selectors, REPORT)
    told = {"reporter": report.reporter, "report_id": report.report_id, "messages": found.totals.messages}
    await record(tx, "domain.dmarc_report_added", Target("domain", row.id, row.name), after=told)
    await facts_changed(rt, tx)
    await tx.session.flush()
    return kept, True

"""What the reports of the last thirty days say together."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from mailwarden.core.db import UnitOfWork
from mailwarden.deliverability.dmarc_reports.models import DmarcReport, DmarcSource
from mailwarden.deliverability.dmarc_reports.rules import WINDOW, Seen, is_aligned
from mailwarden.deliverability.dmarc_reports.schemas import DmarcSourceOut, DmarcSummaryOut, SuggestedIpOut
from mailwarden.deliverability.dns.addresses import public_address

MOST_SHOWN = 20
MOST_READ = 100  # for twenty public ones: some servers hide behind private addresses
Asked = Select[*tuple[Any, ...]]
NAMES = ("messages", "dkim_aligned", "spf_aligned", "passing")


def _sums(table: type[DmarcReport] | type[DmarcSource]) -> list[ColumnElement[int]]:
    return [_sum(getattr(table, name)).label(name) for name in NAMES]


def _sum(column: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _within(org_id: UUID, domain_id: UUID, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of what was known at that time: a report that came later changes no score of the past."""
    of_domain = (DmarcReport.org_id == org_id, DmarcReport.domain_id == domain_id)
    return (*of_domain, DmarcReport.ends_at > at - WINDOW, DmarcReport.created_at <= at)


def _of_sources(what: Asked, org_id: UUID, domain_id: UUID, at: datetime) -> Asked:
    joined = (DmarcReport.org_id == DmarcSource.org_id) & (DmarcReport.id == DmarcSource.report_id)
    return what.join(DmarcReport, joined).where(*_within(org_id, domain_id, at))


async def summary_of(
    tx: UnitOfWork, org_id: UUID, domain_id: UUID, known: Collection[str], at: datetime
) -> DmarcSummaryOut:
    asked = select(func.count(), func.max(DmarcReport.ends_at), *_sums(DmarcReport))
    count, last, *sums = (await tx.session.execute(asked.where(*_within(org_id, domain_id, at)))).one()
    counts = {name: int(one) for name, one in zip(NAMES, sums, strict=True)}
    return DmarcSummaryOut(
        **counts,
        reports=count,
        last_ends_at=last,
        passing_share=counts["passing"] / counts["messages"] if counts["messages"] else None,
        aligned=await aligned(tx, org_id, domain_id, known, at) if count else None,
        unaligned_sources=await _unaligned(tx, org_id, domain_id, at) if count else [],
    )


async def _unaligned(tx: UnitOfWork, org_id: UUID, domain_id: UUID, at: datetime) -> list[DmarcSourceOut]:
    key = (DmarcSource.address, DmarcSource.header_from)
    asked = _of_sources(select(*key, *_sums(DmarcSource)), org_id, domain_id, at)
    failing = func.sum(DmarcSource.messages - DmarcSource.passing)
    asked = asked.group_by(*key).having(failing > 0).order_by(failing.desc(), *key).limit(MOST_SHOWN)
    return [DmarcSourceOut.model_validate(one) for one in await tx.session.execute(asked)]


async def suggested_ips(
    tx: UnitOfWork, org_id: UUID, domain_id: UUID, known: Collection[str], at: datetime
) -> list[SuggestedIpOut]:
    """Those that SPF allows first: what passes by DKIM alone may have been forwarded."""
    asked = _of_sources(select(DmarcSource.address, *_sums(DmarcSource)), org_id, domain_id, at)
    asked = asked.where(DmarcSource.address.not_in(list(known))).group_by(DmarcSource.address)
    asked = asked.having(func.sum(DmarcSource.passing) > 0)
    by_spf, passing = func.sum(DmarcSource.spf_aligned), func.sum(DmarcSource.passing)
    ordered = asked.order_by(by_spf.desc(), passing.desc(), DmarcSource.address).limit(MOST_READ)
    rows = (await tx.session.execute(ordered)).all()
    return [_suggested(one) for one in _public(rows)[:MOST_SHOWN]]


def _public(rows: Sequence[Any]) -> list[Any]:
    return [one for one in rows if _is_public(one.address)]


def _is_public(address: str) -> bool:
    try:
        public_address(address)
    except ValueError:
        return False
    return True


def _suggested(row: Any) -> SuggestedIpOut:
    counts = {one: getattr(row, one) for one in NAMES}
    return SuggestedIpOut(address=row.address, spf_passes=row.spf_aligned > 0, **counts)


async def aligned(tx: UnitOfWork, org_id: UUID, domain_id: UUID, known: Collection[str], at: datetime) -> bool | None:
    """None: reports tell too little."""
    asked = _of_sources(select(DmarcSource.address, *_sums(DmarcSource)), org_id, domain_id, at)
    each = asked.group_by(DmarcSource.address).subquery()
    own = or_(each.c.passing > 0, each.c.address.in_(list(known)))
    sums = select(_sum(each.c.messages), _sum(case((own, each.c.messages), else_=0)), _sum(each.c.passing))
    found = (await tx.session.execute(sums)).one()
    return is_aligned(Seen(*(int(one) for one in found)), knows_addresses=bool(known))

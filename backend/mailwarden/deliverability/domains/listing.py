"""Lists of domains, and of the looks at one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import format_id
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.output import look_row
from mailwarden.deliverability.domains.schemas import LookRow


async def list_domains_of(tx: UnitOfWork, org_id: UUID) -> Sequence[Domain]:
    return (await tx.session.scalars(select(Domain).where(Domain.org_id == org_id).order_by(Domain.name))).all()


async def look_page(rt: Runtime, tx: UnitOfWork, row: Domain, page: PageQuery) -> Page[LookRow]:
    scope = f"domain_checks|{row.id}"
    asked = select(DomainCheck).where(DomainCheck.org_id == row.org_id, DomainCheck.domain_id == row.id)
    if page.cursor is not None:
        at, last_id = rt.cursors.decode(row.org_id, scope, page.cursor)
        asked = asked.where(tuple_(DomainCheck.at, DomainCheck.id) < (datetime.fromisoformat(at), UUID(last_id)))
    asked = asked.order_by(DomainCheck.at.desc(), DomainCheck.id.desc()).limit(page.limit + 1)
    rows = (await tx.session.scalars(asked)).all()
    following = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1]
        following = rt.cursors.encode(row.org_id, scope, [last.at.isoformat(), str(last.id)])
    data = [look_row(one) for one in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)


async def get_look(tx: UnitOfWork, org_id: UUID, domain_id: UUID, check_id: UUID) -> DomainCheck:
    """Raises NotFound."""
    asked = select(DomainCheck).where(DomainCheck.org_id == org_id, DomainCheck.domain_id == domain_id)
    found: DomainCheck | None = await tx.session.scalar(asked.where(DomainCheck.id == check_id))
    if found is None:
        raise NotFound(f"There is no check {format_id('dchk', check_id)}.")
    return found

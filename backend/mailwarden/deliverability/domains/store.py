"""Reading and finding domains. Another organization's is as one that never was."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import format_id
from mailwarden.deliverability.domains.models import Domain, DomainCheck
from mailwarden.deliverability.domains.selectors import ENTERED, FOUND, REPORT, named

GONE = ("disconnected", "connecting")


async def find_domain(tx: UnitOfWork, org_id: UUID, domain_id: UUID, *, lock: bool = False) -> Domain | None:
    asked = select(Domain).where(Domain.org_id == org_id, Domain.id == domain_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return await tx.session.scalar(asked)


async def get_domain(tx: UnitOfWork, org_id: UUID, domain_id: UUID, *, lock: bool = False) -> Domain:
    """Raises NotFound."""
    row = await find_domain(tx, org_id, domain_id, lock=lock)
    if row is None:
        raise NotFound(f"There is no domain {format_id('dom', domain_id)}.")
    return row


async def named_domain(tx: UnitOfWork, org_id: UUID, name: str) -> Domain | None:
    return await tx.session.scalar(select(Domain).where(Domain.org_id == org_id, Domain.name == name))


async def count_domains(tx: UnitOfWork, org_id: UUID) -> int:
    return await tx.session.scalar(select(func.count()).select_from(Domain).where(Domain.org_id == org_id)) or 0


async def last_check(tx: UnitOfWork, org_id: UUID, domain_id: UUID) -> DomainCheck | None:
    asked = select(DomainCheck).where(DomainCheck.org_id == org_id, DomainCheck.domain_id == domain_id)
    return await tx.session.scalar(asked.order_by(DomainCheck.at.desc(), DomainCheck.id.desc()).limit(1))


async def accounts(tx: UnitOfWork, org_id: UUID) -> list[tuple[str, str, str]]:
    """Provider, account number and label of what is connected; an inactive one still belongs to them."""
    asked = select(Connection.provider, Connection.external_id, Connection.account_label)
    asked = asked.where(Connection.org_id == org_id, Connection.status.not_in(GONE)).order_by(Connection.id)
    return [(one.provider, one.external_id, one.account_label) for one in await tx.session.execute(asked)]


async def sending_domains(tx: UnitOfWork, org_id: UUID) -> tuple[str, ...]:
    return tuple(await tx.session.scalars(select(Domain.name).where(Domain.org_id == org_id).order_by(Domain.name)))


async def sending_addresses(tx: UnitOfWork, org_id: UUID) -> tuple[tuple[str, str, bool], ...]:
    """Domain, address, and whether others send from it, too."""
    asked = select(Domain.name, Domain.sending_ips).where(Domain.org_id == org_id).order_by(Domain.name)
    rows = (await tx.session.execute(asked)).all()
    return tuple((row.name, ip["address"], bool(ip["shared"])) for row in rows for ip in row.sending_ips)


def entered(row: Domain) -> Sequence[str]:
    return named(row.selectors, ENTERED)


def met(row: Domain) -> Sequence[str]:
    return named(row.selectors, FOUND, REPORT)

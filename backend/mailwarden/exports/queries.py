from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update

from mailwarden.accounts.models import Organization
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound
from mailwarden.exports.models import Export, ExportPart
from mailwarden.exports.rules import OPEN


async def get_organization(tx: UnitOfWork, org_id: UUID) -> Organization:
    return (await tx.session.scalars(select(Organization).where(Organization.id == org_id))).one()


async def get_export(tx: UnitOfWork, org_id: UUID, export_id: UUID) -> Export:
    """Raises NotFound."""
    found = await find_export(tx, org_id, export_id)
    if found is None:
        raise NotFound("There is no such export.")
    return found


async def find_export(tx: UnitOfWork, org_id: UUID, export_id: UUID) -> Export | None:
    asked = select(Export).where(Export.org_id == org_id, Export.id == export_id)
    return await tx.session.scalar(asked.execution_options(populate_existing=True))


async def hold_export(tx: UnitOfWork, org_id: UUID, export_id: UUID) -> Export | None:
    """For who will change it: nobody else does meanwhile."""
    asked = select(Export).where(Export.org_id == org_id, Export.id == export_id).with_for_update()
    return await tx.session.scalar(asked.execution_options(populate_existing=True))


async def list_exports(
    tx: UnitOfWork, org_id: UUID, limit: int, after: tuple[datetime, UUID] | None
) -> Sequence[Export]:
    """Newest first."""
    asked = select(Export).where(Export.org_id == org_id)
    if after is not None:
        asked = asked.where(tuple_(Export.created_at, Export.id) < after)
    return (await tx.session.scalars(asked.order_by(Export.created_at.desc(), Export.id.desc()).limit(limit))).all()


async def open_exports(tx: UnitOfWork, org_id: UUID) -> Sequence[Export]:
    """From here to the end of the transaction nobody else of the organization can begin one."""
    await tx.alone("exports")
    return (await tx.session.scalars(select(Export).where(Export.org_id == org_id, Export.status.in_(OPEN)))).all()


async def progress(tx: UnitOfWork, org_id: UUID, export_id: UUID, **values: Any) -> bool:
    """False if it is not running any more: somebody cancelled it, or it took too long."""
    mine = update(Export).where(Export.org_id == org_id, Export.id == export_id, Export.status == "running")
    return await tx.session.scalar(mine.values(**values).returning(Export.id)) is not None


async def drop_parts(tx: UnitOfWork, org_id: UUID, export_id: UUID) -> None:
    await tx.session.execute(delete(ExportPart).where(ExportPart.org_id == org_id, ExportPart.export_id == export_id))


async def get_part(tx: UnitOfWork, org_id: UUID, export_id: UUID, number: int) -> bytes:
    asked = select(ExportPart.data).where(
        ExportPart.org_id == org_id, ExportPart.export_id == export_id, ExportPart.number == number
    )
    return (await tx.session.scalars(asked)).one()


async def count_parts(tx: UnitOfWork, org_id: UUID, export_id: UUID) -> int:
    asked = select(func.count()).select_from(ExportPart)
    mine = asked.where(ExportPart.org_id == org_id, ExportPart.export_id == export_id)
    return (await tx.session.scalars(mine)).one()

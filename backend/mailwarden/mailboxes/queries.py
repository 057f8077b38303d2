from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from mailwarden.connections.models import Connection
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import NotFound

Held = tuple[MailboxSlot, Connection | None]


@dataclass(frozen=True, slots=True)
class MailboxFilter:
    provider: str | None = None
    status: str | None = None  # successful | failed | empty

    def scope(self) -> str:
        return f"{self.provider or ''}|{self.status or ''}"

    def conditions(self) -> list[ColumnElement[bool]]:
        wanted = [Connection.provider == self.provider] if self.provider else []
        works = and_(Connection.status == "connected", func.jsonb_array_length(Connection.missing_scopes) == 0)
        match self.status:
            case "successful":
                wanted.append(works)
            case "failed":
                wanted += [MailboxSlot.connection_id.is_not(None), ~works]
            case "empty":
                wanted.append(MailboxSlot.connection_id.is_(None))
        return wanted


def _slots(org_id: UUID) -> Select[MailboxSlot, Connection]:
    held = and_(Connection.org_id == MailboxSlot.org_id, Connection.id == MailboxSlot.connection_id)
    return select(MailboxSlot, Connection).outerjoin(Connection, held).where(MailboxSlot.org_id == org_id)


async def list_slots(
    tx: UnitOfWork, org_id: UUID, wanted: MailboxFilter, limit: int, after: int | None
) -> Sequence[Held]:
    """By number."""
    asked = _slots(org_id).where(*wanted.conditions(), MailboxSlot.number > (after or 0))
    return [_held(row) for row in await tx.session.execute(asked.order_by(MailboxSlot.number).limit(limit))]


async def get_slot(tx: UnitOfWork, org_id: UUID, slot_id: UUID, *, lock: bool = False) -> Held:
    asked = _slots(org_id).where(MailboxSlot.id == slot_id)
    if lock:
        asked = asked.with_for_update(of=MailboxSlot).execution_options(populate_existing=True)
    found = (await tx.session.execute(asked)).first()
    if found is None:
        raise NotFound("There is no such mailbox slot.")
    return _held(found)


def _held(row: Any) -> Held:
    return row[0], row[1]

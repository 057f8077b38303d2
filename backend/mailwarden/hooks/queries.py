from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from mailwarden.connections.models import Connection
from mailwarden.core.db import UnitOfWork
from mailwarden.hooks.models import HookLog, StoredEvent
from mailwarden.hooks.schemas import HookLogQuery


async def list_log(
    tx: UnitOfWork, org_id: UUID, page: HookLogQuery, after: tuple[datetime, UUID] | None
) -> Sequence[Any]:
    """(entry, account label, duplicates), newest first, one more than the page holds.

    Of the instance's table only the count is read, and only for events that this organization was concerned by.
    """
    asked = (
        select(HookLog, Connection.account_label, StoredEvent.duplicates)
        .join(Connection, Connection.id == HookLog.connection_id)
        .outerjoin(StoredEvent, StoredEvent.id == HookLog.event_id)
        .where(HookLog.org_id == org_id, Connection.org_id == org_id)
    )
    if page.provider is not None:
        asked = asked.where(HookLog.provider == page.provider)
    if page.connection_id is not None:
        asked = asked.where(HookLog.connection_id == page.connection_id)
    if after is not None:
        asked = asked.where(tuple_(HookLog.received_at, HookLog.id) < after)
    ordered = asked.order_by(HookLog.received_at.desc(), HookLog.id.desc()).limit(page.limit + 1)
    return (await tx.session.execute(ordered)).all()

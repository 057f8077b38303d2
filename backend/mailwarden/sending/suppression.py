"""Who gets no more mail of an organization, whoever writes it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.sending.models import Suppression


async def suppress(
    tx: UnitOfWork,
    org_id: UUID,
    address: str,
    reason: str,
    *,
    message_id: UUID | None = None,
    note: str = "",
    created_by: UUID | None = None,
) -> UUID | None:
    """``reason``: unsubscribed, hard_bounce, complaint or manual. Its id; None: it is known, and its reason stays."""
    values = {
        "id": new_id(),
        "org_id": org_id,
        "address": address.lower(),
        "reason": reason,
        "message_id": message_id,
        "note": note,
        "created_by": created_by,
    }
    added = insert(Suppression).values(values).on_conflict_do_nothing(index_elements=["org_id", "address"])
    made: UUID | None = await tx.session.scalar(added.returning(Suppression.id))
    return made


async def suppressed_among(tx: UnitOfWork, org_id: UUID, addresses: Iterable[str]) -> dict[str, str]:
    """The lower-cased ones that are, with the reason.

    Whoever holds a mail of theirs already learns of a suppression that commits while this transaction goes on only
    at the next mail; so ask last.
    """
    wanted = {address.lower() for address in addresses}
    asked = select(Suppression.address, Suppression.reason)
    found = await tx.session.execute(asked.where(Suppression.org_id == org_id, Suppression.address.in_(wanted)))
    return {row.address: row.reason for row in found}

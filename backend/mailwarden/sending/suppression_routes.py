"""The list of those who get no more mail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller, DataReader, require
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.core.ids import SuppressionId
from mailwarden.core.paging import Page, Paging
from mailwarden.sending.models import Suppression
from mailwarden.sending.schemas import SuppressionIn, SuppressionOut, SuppressionReason
from mailwarden.sending.suppression import suppress
from mailwarden.sending.views import suppression_page

router = APIRouter(prefix="/v1/suppressions", tags=["suppressions"])
Adder = Annotated[Caller, Depends(require("messages:send"))]
Remover = Annotated[Caller, Depends(require("organization:write"))]


@router.get("", responses=errors(400))
async def list_suppressions(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    page: Paging,
    reason: Annotated[SuppressionReason | None, Query(description="Only for this reason.")] = None,
    address: Annotated[str | None, Query(max_length=320, description="Only this address.")] = None,
    q: Annotated[str | None, Query(max_length=320, description="Part of the address.")] = None,
) -> Page[SuppressionOut]:
    """Nobody of the organization sends to these addresses, neither campaigns nor people. The newest first."""
    return await suppression_page(rt, tx, caller.org_id, reason, address.lower() if address else None, q, page)


@router.post("", status_code=201, responses=errors(409))
async def add_suppression(body: SuppressionIn, tx: Tx, caller: Adder) -> SuppressionOut:
    """From now on nothing is sent there any more, also of what waits already."""
    made = await suppress(tx, caller.org_id, body.address, "manual", note=body.note, created_by=caller.user_id)
    if made is None:
        raise Conflict("This address is on the list already.", code="already_suppressed")
    row = await tx.session.get_one(Suppression, made)
    await audit.record(tx, "suppression.added", _target(row))
    return SuppressionOut.model_validate(row)


@router.delete("/{suppression_id}", status_code=204, responses=errors(404))
async def remove_suppression(suppression_id: SuppressionId, tx: Tx, caller: Remover) -> None:
    """Owners and managers. Whoever unsubscribed or complained must have asked for mail again."""
    asked = select(Suppression).where(Suppression.org_id == caller.org_id, Suppression.id == suppression_id)
    row = await tx.session.scalar(asked.with_for_update())
    if row is None:
        raise NotFound("There is no such suppression.")
    await tx.session.delete(row)
    await audit.record(tx, "suppression.removed", _target(row), before={"reason": row.reason})


def _target(row: Suppression) -> audit.Target:
    return audit.Target("suppression", row.id, row.address)

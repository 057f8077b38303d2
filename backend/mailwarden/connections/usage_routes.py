"""How much of the plan is used: counted here, since billing itself knows neither connections nor invitations."""

from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts.caller import Caller, require_read
from mailwarden.connections.paid import accounts_used
from mailwarden.core.api import Reader, Rt, Wire, errors
from mailwarden.organizations.invitations import seats_taken

router = APIRouter(prefix="/v1/billing", tags=["billing"])
Looking = Annotated[Caller, Depends(require_read("billing:read"))]


class PlanUsageOut(Wire):
    """Counted as the limits count: what is disconnected does not, and an open invitation is a member already."""

    connections: int
    mailboxes: int
    members: int


@router.get("/usage", responses=errors())
async def get_plan_usage(rt: Rt, tx: Reader, caller: Looking) -> PlanUsageOut:
    """To be set beside the `limits` of `GET /v1/billing`."""
    used = await accounts_used(tx, caller.org_id)
    members = await seats_taken(rt, tx, caller.org_id)
    return PlanUsageOut(connections=used.connections, mailboxes=used.mailboxes, members=members)

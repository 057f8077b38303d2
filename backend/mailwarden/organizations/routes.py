"""Members of the organization, and one's own organizations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import update

from mailwarden.accounts import service
from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.accounts.founding import found
from mailwarden.accounts.models import Session
from mailwarden.accounts.rules import ACCOUNT, OWNERSHIP
from mailwarden.accounts.schemas import MembershipOut, MeOut
from mailwarden.accounts.sessions import clear_cookie
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.errors import Conflict
from mailwarden.core.ids import UserId
from mailwarden.organizations import joining, members
from mailwarden.organizations.schemas import LeftOut, MemberOut, NewOrganization, OwnershipTransfer, RoleChange

router = APIRouter(prefix="/v1", tags=["organizations"])
Sees = Annotated[Caller, Depends(require_read("members:read"))]
Manages = Annotated[Caller, Depends(require("members:write"))]
Gives = Annotated[Caller, Depends(require(OWNERSHIP))]
Myself = Annotated[Caller, Depends(require(ACCOUNT))]
MOST_OWNED = 20


@router.get("/members", responses=errors())
async def list_members(tx: Reader, caller: Sees) -> list[MemberOut]:
    """All of them, owners first."""
    return await members.list_members(tx, caller)


@router.patch("/members/{member_id}", responses=errors(404, 409))
async def change_member_role(member_id: UserId, body: RoleChange, tx: Tx, caller: Manages) -> MemberOut:
    """Takes effect with their next request. Owners' roles are changed by owners only; one owner always remains."""
    return await members.change_role(tx, caller, member_id, body.role)


@router.delete("/members/{member_id}", status_code=204, responses=errors(404, 409))
async def remove_member(member_id: UserId, tx: Tx, caller: Manages) -> None:
    """They are out at once. What they connected for the organization stays."""
    await members.remove(tx, caller, member_id)


@router.post("/organization/transfer-ownership", responses=errors(404, 409))
async def transfer_ownership(body: OwnershipTransfer, tx: Tx, caller: Gives) -> list[MemberOut]:
    """Another member becomes an owner, and you are one no longer, in one step."""
    return await members.transfer(tx, caller, body.member_id, body.my_role)


@router.post("/organization/leave", responses=errors(409))
async def leave_organization(response: Response, rt: Rt, tx: Tx, caller: Myself) -> LeftOut:
    """The last owner cannot. The session goes on in another organization of yours, or ends."""
    caller.session_id  # noqa: B018 - refuses programs
    other = await members.leave(tx, caller)
    if other is None:
        clear_cookie(rt, response)
        return LeftOut(active_organization=None)
    me = await service.describe_me(rt, tx, caller.user_id, other, caller.session_id)
    here = MembershipOut(id=me.organization.id, name=me.organization.name, role=me.role)
    return LeftOut(active_organization=here)


@router.post("/organizations", status_code=201, responses=errors(409))
async def create_organization(body: NewOrganization, rt: Rt, tx: Tx, caller: Myself) -> MeOut:
    """Another organization, owned by you. The session works in it from now on."""
    if await joining.count_owned(tx, caller.user_id) >= MOST_OWNED:
        raise Conflict(f"You own {MOST_OWNED} organizations already.", code="too_many_organizations")
    zone = service.checked_zone(body.time_zone)
    org_id = await found(tx, caller.user_id, body.name, zone)
    await tx.session.execute(update(Session).where(Session.id == caller.session_id).values(org_id=org_id))
    return await service.describe_me(rt, tx, caller.user_id, org_id, caller.session_id)

"""Invitations: for owners and managers, and for whoever opens the link of one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import update

from mailwarden.accounts import service
from mailwarden.accounts.caller import Caller, require, require_read
from mailwarden.accounts.enter import enter
from mailwarden.accounts.gates import LINKS, admit_from_network
from mailwarden.accounts.models import Session
from mailwarden.accounts.rules import ACCOUNT
from mailwarden.accounts.schemas import MeOut
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin
from mailwarden.core.ids import InvitationId
from mailwarden.organizations import invitations, joining
from mailwarden.organizations.schemas import (
    InvitationIn,
    InvitationLink,
    InvitationOut,
    InvitationSeenOut,
    InvitationSignUp,
)

router = APIRouter(prefix="/v1/invitations", tags=["organizations"])
Sees = Annotated[Caller, Depends(require_read("members:read"))]
Manages = Annotated[Caller, Depends(require("members:write"))]
Myself = Annotated[Caller, Depends(require(ACCOUNT))]


@router.get("", responses=errors())
async def list_invitations(rt: Rt, tx: Reader, caller: Sees) -> list[InvitationOut]:
    """Newest first, with those that are over."""
    return await invitations.list_invitations(rt, tx, caller.org_id)


@router.post("", status_code=201, responses=errors(402, 409, 429))
async def create_invitation(body: InvitationIn, rt: Rt, tx: Tx, caller: Manages) -> InvitationOut:
    """Mails a link that works once, for seven days. The answer is the same whether or not they have an account."""
    return invitations.invitation_out(await invitations.create(rt, tx, caller, body), rt.clock.now())


@router.post("/{invitation_id}/resend", status_code=202, responses=errors(404, 409, 429))
async def resend_invitation(invitation_id: InvitationId, rt: Rt, tx: Tx, caller: Manages) -> InvitationOut:
    """A new link for another seven days; the older one works no more. Once a minute."""
    return invitations.invitation_out(await invitations.resend(rt, tx, caller, invitation_id), rt.clock.now())


@router.delete("/{invitation_id}", responses=errors(404, 409))
async def revoke_invitation(invitation_id: InvitationId, rt: Rt, tx: Tx, caller: Manages) -> InvitationOut:
    """Its link works no more."""
    return invitations.invitation_out(await invitations.revoke(rt, tx, caller, invitation_id), rt.clock.now())


@router.post("/look-up", responses=errors(429))
async def look_up_invitation(body: InvitationLink, request: Request, rt: Rt, tx: Reader) -> InvitationSeenOut:
    """Public. What the link offers; uses nothing up."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, LINKS)
    return await joining.look_up(tx, body.token.get_secret_value())


@router.post("/accept", responses=errors(409))
async def accept_invitation(body: InvitationLink, rt: Rt, tx: Tx, caller: Myself) -> MeOut:
    """For somebody signed in with the invited address. The session works in that organization from now on."""
    session_id = caller.session_id
    org_id = await joining.accept(rt, tx, caller.user_id, body.token.get_secret_value())
    await tx.session.execute(update(Session).where(Session.id == session_id).values(org_id=org_id))
    return await service.describe_me(rt, tx, caller.user_id, org_id, session_id)


@router.post("/sign-up", status_code=201, responses=errors(409, 429))
async def sign_up_by_invitation(body: InvitationSignUp, request: Request, response: Response, rt: Rt, tx: Tx) -> MeOut:
    """Public. A person with the invited address, which the link has proved, in the inviting organization."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, LINKS)
    user_id, org_id = await joining.sign_up(rt, tx, body)
    return await enter(rt, tx, request, response, user_id, org_id)

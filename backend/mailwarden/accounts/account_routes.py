"""A person's own account: proving and changing the address."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from mailwarden.accounts import verification
from mailwarden.accounts.account_schemas import ConfirmedOut, LinkIn, SignUpAddress, VerificationOut
from mailwarden.accounts.caller import Caller, StatusReader, require
from mailwarden.accounts.letters import Kind
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin

router = APIRouter(prefix="/v1", tags=["accounts"])
Myself = Annotated[Caller, Depends(require("status:read"))]


@router.get("/me/verification", responses=errors())
async def get_verification(rt: Rt, tx: Reader, caller: StatusReader) -> VerificationOut:
    """Is my address confirmed, and when may the mail be sent again?"""
    return await verification.describe(rt, tx, caller.user_id)


@router.post("/me/verification", status_code=202, responses=errors(409, 429))
async def resend_verification(rt: Rt, tx: Tx, caller: Myself) -> VerificationOut:
    """Sends a new link; older ones stop working. Once a minute, five times an hour."""
    return await verification.resend(rt, tx, caller.user_id)


@router.put("/me/sign-up-address", status_code=202, responses=errors(409, 429))
async def replace_sign_up_address(body: SignUpAddress, rt: Rt, tx: Tx, caller: Myself) -> VerificationOut:
    """Another address, while none is confirmed. The link goes to the new one."""
    return await verification.replace_address(rt, tx, caller.user_id, body.email)


@router.post("/auth/confirm-email", responses=errors())
async def confirm_email(body: LinkIn, request: Request, rt: Rt, tx: Tx) -> ConfirmedOut:
    """Public. The link of a verification mail proves the address; no session is needed."""
    check_origin(request, rt.config.base_url)
    user, letter = await verification.open_link(tx, body.token.get_secret_value(), Kind.VERIFY)
    await verification.prove(rt, tx, user, letter)
    return ConfirmedOut(email=user.email)

"""A person's own account: proving and changing the address."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from mailwarden.accounts import address_change, own_password, recovery, verification
from mailwarden.accounts.account_schemas import (
    ConfirmedOut,
    EmailChange,
    EmailOut,
    ForgotPassword,
    ForgottenOut,
    LinkIn,
    PasswordChange,
    PasswordReset,
    SignUpAddress,
    VerificationOut,
)
from mailwarden.accounts.caller import Myself, MyselfReading
from mailwarden.accounts.devices import remember_device
from mailwarden.accounts.gates import FORGOTTEN, LINKS, admit_from_network
from mailwarden.accounts.letters import LINK_LIFE, Kind
from mailwarden.accounts.whereabouts import whereabouts
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin

router = APIRouter(prefix="/v1", tags=["accounts"])


@router.get("/me/verification", responses=errors())
async def get_verification(rt: Rt, tx: Reader, caller: MyselfReading) -> VerificationOut:
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


@router.post("/auth/confirm-email", responses=errors(429))
async def confirm_email(body: LinkIn, request: Request, rt: Rt, tx: Tx) -> ConfirmedOut:
    """Public. The link of a mail proves the address, or makes the new one the account's; no session is needed."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, LINKS)
    user, letter = await verification.open_link(tx, body.token.get_secret_value(), Kind.VERIFY, Kind.CONFIRM_CHANGE)
    settle = address_change.confirm if letter.kind == Kind.CONFIRM_CHANGE else verification.prove
    await settle(rt, tx, user, letter)
    return ConfirmedOut(email=user.email)


@router.post("/auth/forgot-password", status_code=202, responses=errors(429))
async def forgot_password(body: ForgotPassword, request: Request, rt: Rt, tx: Tx) -> ForgottenOut:
    """Public. Mails a link if the address has an account; the answer does not say so."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, FORGOTTEN)
    await recovery.forgot(tx, body.email)
    return ForgottenOut(sender=rt.config.mail_from, link_minutes=LINK_LIFE[Kind.RESET] // timedelta(minutes=1))


@router.post("/auth/reset-password", status_code=204, responses=errors(429))
async def reset_password(body: PasswordReset, request: Request, response: Response, rt: Rt, tx: Tx) -> None:
    """Public. The link sets a new password and ends all sessions; sign in with it then."""
    check_origin(request, rt.config.base_url)
    token, password = body.token.get_secret_value(), body.password.get_secret_value()
    await admit_from_network(rt, request, LINKS)
    email = await recovery.reset(rt, tx, token, password, whereabouts(rt, request))
    remember_device(rt, request, response, email)


@router.post("/me/password", status_code=204, responses=errors(429))
async def change_password(body: PasswordChange, request: Request, rt: Rt, tx: Tx, caller: Myself) -> None:
    """Ends every other session. A wrong current password changes nothing."""
    old, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    where = whereabouts(rt, request)
    await own_password.change_password(rt, tx, caller.user_id, caller.session_id, old, new, where)


@router.get("/me/email", responses=errors())
async def get_email(rt: Rt, tx: Reader, caller: MyselfReading) -> EmailOut:
    return await address_change.describe(rt, tx, caller.user_id)


@router.post("/me/email", status_code=202, responses=errors(409, 429))
async def change_email(body: EmailChange, request: Request, rt: Rt, tx: Tx, caller: Myself) -> EmailOut:
    """Mails a link to the new address and a notice to the old one. Says nothing about who has the new one."""
    password, where = body.current_password.get_secret_value(), whereabouts(rt, request)
    return await address_change.ask(rt, tx, caller.user_id, password, body.new_email, where)


@router.delete("/me/email", status_code=204, responses=errors())
async def cancel_email_change(tx: Tx, caller: Myself) -> None:
    """The link mailed to the new address stops working."""
    await address_change.cancel(tx, caller.user_id)

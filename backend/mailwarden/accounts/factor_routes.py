"""My second factor."""

from fastapi import APIRouter, Request

from mailwarden.accounts import second_factor
from mailwarden.accounts.account_schemas import (
    Code,
    OwnPassword,
    PasswordAndCode,
    RecoveryCodesOut,
    SecondFactorOut,
    SetupOut,
)
from mailwarden.accounts.caller import Myself, MyselfReading
from mailwarden.accounts.whereabouts import whereabouts
from mailwarden.core.api import Reader, Rt, Tx, errors

router = APIRouter(prefix="/v1/me/second-factor", tags=["accounts"])


@router.get("", responses=errors())
async def get_second_factor(tx: Reader, caller: MyselfReading) -> SecondFactorOut:
    return await second_factor.describe(tx, caller.user_id)


@router.post("", status_code=201, responses=errors(409, 429))
async def set_up_second_factor(body: OwnPassword, rt: Rt, tx: Tx, caller: Myself) -> SetupOut:
    """A key for an authenticator app, as text and as the URI of a QR code. Off until a code of it is confirmed."""
    return await second_factor.set_up(rt, tx, caller.user_id, body.current_password.get_secret_value())


@router.post("/confirm", responses=errors(409, 429))
async def confirm_second_factor(body: Code, request: Request, rt: Rt, tx: Tx, caller: Myself) -> RecoveryCodesOut:
    """Turns it on and ends the other sessions. The recovery codes are shown this once."""
    where = whereabouts(rt, request)
    codes = await second_factor.confirm(rt, tx, caller.user_id, caller.session_id, body.code, where)
    return RecoveryCodesOut(recovery_codes=codes)


@router.post("/recovery-codes", responses=errors(409, 429))
async def renew_recovery_codes(body: PasswordAndCode, rt: Rt, tx: Tx, caller: Myself) -> RecoveryCodesOut:
    """Ten new ones; the older ones stop working."""
    password = body.current_password.get_secret_value()
    codes = await second_factor.renew_codes(rt, tx, caller.user_id, password, body.code)
    return RecoveryCodesOut(recovery_codes=codes)


@router.post("/disable", status_code=204, responses=errors(409, 429))
async def disable_second_factor(body: PasswordAndCode, request: Request, rt: Rt, tx: Tx, caller: Myself) -> None:
    """Needs the password and a code, or a recovery code."""
    password, where = body.current_password.get_secret_value(), whereabouts(rt, request)
    await second_factor.turn_off(rt, tx, caller.user_id, password, body.code, where)

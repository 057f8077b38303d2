"""The second factor of a sign-in: set up with the password, proved with a code, taken away with both."""

from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.accounts import posting
from mailwarden.accounts.account_schemas import SecondFactorOut, SetupOut
from mailwarden.accounts.factor_models import SecondFactor
from mailwarden.accounts.gates import second_factor
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import User
from mailwarden.accounts.own_password import check_own
from mailwarden.accounts.own_sessions import end_others
from mailwarden.accounts.throttle import count, forgive
from mailwarden.accounts.totp import (
    is_recovery_code,
    new_recovery_codes,
    new_secret,
    plain_code,
    step_of,
    uri,
)
from mailwarden.accounts.whereabouts import Whereabouts
from mailwarden.core.crypto import Keyring, Place
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime


def place(row: SecondFactor) -> Place:
    return Place("second_factors", "secret", row.user_id, row.id)


async def _mine(tx: UnitOfWork, user_id: UUID) -> SecondFactor | None:
    mine = select(SecondFactor).where(SecondFactor.user_id == user_id)
    return await tx.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


async def is_on(tx: UnitOfWork, user_id: UUID) -> bool:
    mine = select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return await tx.session.scalar(mine) is not None


async def describe(tx: UnitOfWork, user_id: UUID) -> SecondFactorOut:
    row = await tx.session.scalar(select(SecondFactor).where(SecondFactor.user_id == user_id))
    on = row is not None and row.confirmed_at is not None
    return SecondFactorOut(
        enabled=on,
        confirmed_at=row.confirmed_at if row else None,
        recovery_codes_left=len(row.recovery_hashes) if row and on else 0,
    )


async def set_up(rt: Runtime, tx: UnitOfWork, user_id: UUID, password: str) -> SetupOut:
    """A new secret for the app. Nothing is asked for until a code of it was given."""
    user = await check_own(rt, tx, user_id, password)
    if await is_on(tx, user_id):
        raise Conflict("A second factor is on already. Turn it off first.", code="second_factor_on")
    await tx.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    secret, row = new_secret(), SecondFactor(id=new_id(), user_id=user_id)
    row.secret = rt.keys.seal(secret, place(row))
    tx.session.add(row)
    await tx.session.flush()
    return SetupOut(setup_key=secret, otpauth_uri=uri(secret, user.email))


async def confirm(
    rt: Runtime, tx: UnitOfWork, user_id: UUID, session_id: UUID, code: str, where: Whereabouts
) -> list[str]:
    """Turns it on, ends the other sessions, and shows the recovery codes for the only time. Raises Invalid."""
    await count(rt, second_factor(user_id))
    row = await _mine(tx, user_id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("There is nothing to confirm. Set the second factor up first.", code="not_set_up")
    if not _fits_app(rt, row, plain_code(code)):
        raise _wrong_code()
    row.confirmed_at = rt.clock.now()
    codes = _renew(rt.keys, row)
    await end_others(tx, user_id, session_id)
    await forgive(rt, tx, second_factor(user_id))
    await _tell(rt, tx, user_id, Kind.SECOND_FACTOR_ON, where)
    return codes


async def renew_codes(rt: Runtime, tx: UnitOfWork, user_id: UUID, password: str, code: str) -> list[str]:
    """The older ones stop working."""
    await check_own(rt, tx, user_id, password)
    row = await _checked(rt, tx, user_id, code)
    return _renew(rt.keys, row)


async def turn_off(rt: Runtime, tx: UnitOfWork, user_id: UUID, password: str, code: str, where: Whereabouts) -> None:
    await check_own(rt, tx, user_id, password)
    row = await _checked(rt, tx, user_id, code)
    await tx.session.delete(row)
    await _tell(rt, tx, user_id, Kind.SECOND_FACTOR_OFF, where)


async def check_code(rt: Runtime, tx: UnitOfWork, user_id: UUID, code: str) -> bool:
    """Of the app, or a recovery code; either works once. Raises Throttled. ``tx`` acts as the person."""
    await count(rt, second_factor(user_id))
    row, plain = await _mine(tx, user_id), plain_code(code)
    if row is None or row.confirmed_at is None:
        return False
    fits = _fits_recovery(rt, row, plain) if is_recovery_code(plain) else _fits_app(rt, row, plain)
    if fits:
        await forgive(rt, tx, second_factor(user_id))
    return fits


async def _checked(rt: Runtime, tx: UnitOfWork, user_id: UUID, code: str) -> SecondFactor:
    if not await is_on(tx, user_id):
        raise Conflict("No second factor is on.", code="second_factor_off")
    if not await check_code(rt, tx, user_id, code):
        raise _wrong_code()
    row = await _mine(tx, user_id)
    assert row is not None  # noqa: S101 - just checked, and locked since
    return row


def _fits_app(rt: Runtime, row: SecondFactor, plain: str) -> bool:
    step = step_of(rt.keys.open(row.secret, place(row)), plain, rt.clock.now(), row.last_step)
    if step is None:
        return False
    row.last_step = step
    return True


def _fits_recovery(rt: Runtime, row: SecondFactor, plain: str) -> bool:
    hashed = _hash(rt.keys, row, plain)
    if hashed not in row.recovery_hashes:
        return False
    row.recovery_hashes = [one for one in row.recovery_hashes if one != hashed]
    return True


def _renew(keys: Keyring, row: SecondFactor) -> list[str]:
    codes = new_recovery_codes()
    row.recovery_hashes = [_hash(keys, row, plain_code(one)) for one in codes]
    return codes


def _hash(keys: Keyring, row: SecondFactor, plain: str) -> str:
    """Keyed: 50 bits could be tried one by one against a plain hash."""
    return keys.fingerprint(f"recovery|{row.id}|{plain}").hex()


def _wrong_code() -> Invalid:
    wrong = {"pointer": "#/code", "code": "wrong_code", "detail": "Wait for the next code and try again."}
    return Invalid("This code is wrong, or was used already.", code="wrong_code", errors=[wrong])


async def _tell(rt: Runtime, tx: UnitOfWork, user_id: UUID, kind: Kind, where: Whereabouts) -> None:
    user = await tx.session.get_one(User, user_id)
    await posting.write(rt, tx, user_id, kind, user.email, where.facts())

"""Another address for an account: nothing changes until the link mailed to the new one is opened (A10 to A12)."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts import audit, posting
from mailwarden.accounts.account_schemas import EmailOut
from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import User
from mailwarden.accounts.own_password import check_own
from mailwarden.accounts.verification import prove
from mailwarden.accounts.whereabouts import Whereabouts
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid, TooManyRequests
from mailwarden.core.runtime import Runtime

HOUR = timedelta(hours=1)
AN_HOUR_MOST = 5


async def describe(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> EmailOut:
    user = await tx.session.get_one(User, user_id)
    waiting = await _waiting(rt, tx, user_id)
    return EmailOut(
        email=user.email,
        pending_email=waiting.recipient if waiting else None,
        expires_at=waiting.expires_at if waiting else None,
        sender=rt.config.mail_from,
    )


async def _waiting(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> AccountLetter | None:
    mine = select(AccountLetter).where(
        AccountLetter.user_id == user_id,
        AccountLetter.kind == Kind.CONFIRM_CHANGE,
        AccountLetter.used_at.is_(None),
        AccountLetter.voided_at.is_(None),
        AccountLetter.created_at > rt.clock.now() - timedelta(days=1),
    )
    return await tx.session.scalar(mine.order_by(AccountLetter.created_at.desc()).limit(1))


async def ask(rt: Runtime, tx: UnitOfWork, user_id: UUID, password: str, email: str, where: Whereabouts) -> EmailOut:
    """The same answer whoever has the new address; the old one hears of it in any case."""
    user = await check_own(rt, tx, user_id, password)
    if user.email_verified_at is None:
        raise Conflict("Confirm your address first, or replace it.", code="not_verified", action="verify_email")
    if email.lower() == user.email.lower():
        same = {"pointer": "#/new_email", "code": "same_address", "detail": "This is your address already."}
        raise Invalid("This is your address already.", code="same_address", errors=[same])
    await _not_too_often(rt, tx, user_id)
    await posting.write(rt, tx, user_id, Kind.CONFIRM_CHANGE, email)
    await posting.write(rt, tx, user_id, Kind.CHANGE_ASKED, user.email, {**where.facts(), "new": email})
    return await describe(rt, tx, user_id)


async def _not_too_often(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> None:
    since = rt.clock.now() - HOUR
    mine = select(AccountLetter.created_at).where(
        AccountLetter.user_id == user_id, AccountLetter.kind == Kind.CONFIRM_CHANGE, AccountLetter.created_at > since
    )
    asked = sorted(await tx.session.scalars(mine))
    if len(asked) >= AN_HOUR_MOST:
        seconds = ceil((asked[-AN_HOUR_MOST] - since).total_seconds())
        raise TooManyRequests("Try again later.", headers={"Retry-After": str(seconds)})


async def cancel(tx: UnitOfWork, user_id: UUID) -> None:
    await posting.void(tx, user_id, Kind.CONFIRM_CHANGE)


async def confirm(rt: Runtime, tx: UnitOfWork, user: User, letter: AccountLetter) -> None:
    """The new address signs in from here on, and is told of everything; the old one learns that it was replaced."""
    old, user.email = user.email, letter.recipient
    await prove(rt, tx, user, letter)
    await posting.void(tx, user.id, Kind.RESET)
    await posting.write(rt, tx, user.id, Kind.EMAIL_CHANGED, old, {"new": letter.recipient})
    await audit.record_everywhere(tx, "account.address_changed", user.id)

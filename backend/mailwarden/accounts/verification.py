"""Proving an address: the link of the newest mail, a new mail on demand, another address until one is proved."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from mailwarden.accounts import posting
from mailwarden.accounts.account_schemas import VerificationOut
from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import User
from mailwarden.accounts.rules import may_act
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid, TooManyRequests
from mailwarden.core.runtime import Runtime

PAUSE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
AN_HOUR_MOST = 5


def link_invalid() -> Invalid:
    return Invalid("This link was used already, was replaced by a newer one, or has expired.", code="link_invalid")


async def describe(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> VerificationOut:
    user = await tx.session.get_one(User, user_id)
    latest, resends = await _recent(rt, tx, user_id)
    now = rt.clock.now()
    at = max((_paused_until(latest), _full_until(resends)), default=None, key=lambda one: one or now)
    wait_s = max(0, ceil((at - now).total_seconds())) if at else 0
    return VerificationOut(
        email=user.email,
        email_verified=user.email_verified_at is not None,
        may_act=may_act(rt.config.unverified_may_act, user.email_verified_at),
        sender=rt.config.mail_from,
        sent_at=latest,
        resend_at=at if wait_s else None,
        retry_after_s=wait_s,
        resends_left=max(0, AN_HOUR_MOST - len(resends)),
    )


async def _recent(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> tuple[datetime | None, list[datetime]]:
    """(the latest verification mail, those of the last hour that were asked for), newest first."""
    mine = select(AccountLetter.created_at, AccountLetter.facts).where(
        AccountLetter.user_id == user_id, AccountLetter.kind == Kind.VERIFY
    )
    rows = (await tx.session.execute(mine.order_by(AccountLetter.created_at.desc()).limit(20))).all()
    since = rt.clock.now() - HOUR
    resends = [row.created_at for row in rows if row.facts.get("again") and row.created_at > since]
    return (rows[0].created_at if rows else None), resends


def _paused_until(latest: datetime | None) -> datetime | None:
    return latest + PAUSE if latest else None


def _full_until(resends: list[datetime]) -> datetime | None:
    return resends[AN_HOUR_MOST - 1] + HOUR if len(resends) >= AN_HOUR_MOST else None


async def resend(rt: Runtime, tx: UnitOfWork, user_id: UUID) -> VerificationOut:
    """Raises Conflict once proved, TooManyRequests before the pause is over."""
    user = await _unproved(tx, user_id)
    state = await describe(rt, tx, user_id)
    if state.retry_after_s:
        raise _too_early(state.retry_after_s)
    await posting.write(rt, tx, user_id, Kind.VERIFY, user.email, {"again": True})
    return await describe(rt, tx, user_id)


async def replace_address(rt: Runtime, tx: UnitOfWork, user_id: UUID, email: str) -> VerificationOut:
    """Whoever mistyped need not wait for the pause; the hour's number holds."""
    user = await _unproved(tx, user_id)
    _, resends = await _recent(rt, tx, user_id)
    full = _full_until(resends)
    if full is not None:
        raise _too_early(ceil((full - rt.clock.now()).total_seconds()))
    user.email = email
    await posting.write(rt, tx, user_id, Kind.VERIFY, email, {"again": True})
    return await describe(rt, tx, user_id)


async def _unproved(tx: UnitOfWork, user_id: UUID) -> User:
    user = await tx.session.get_one(User, user_id, with_for_update=True)
    if user.email_verified_at is not None:
        raise Conflict("Your address is confirmed already.", code="already_verified")
    return user


def _too_early(seconds: int) -> TooManyRequests:
    headers = {"Retry-After": str(seconds)}
    return TooManyRequests(f"Another mail can be sent in {seconds} s.", code="resend_too_early", headers=headers)


async def open_link(tx: UnitOfWork, token: str, *kinds: Kind) -> tuple[User, AccountLetter]:
    """The person and the letter, both locked, the link used up. Raises Invalid. ``tx`` acts as the person then."""
    row = (await tx.session.execute(text("SELECT * FROM find_link(:hash)"), {"hash": token_hash(token)})).first()
    if row is None:
        raise link_invalid()
    await tx.act_as(row.user_id)
    user = await tx.session.get_one(User, row.user_id, with_for_update=True)
    letter = await tx.session.get_one(AccountLetter, row.letter_id, with_for_update=True, populate_existing=True)
    if letter.kind not in kinds or letter.used_at is not None or letter.voided_at is not None:
        raise link_invalid()
    return user, letter


async def prove(rt: Runtime, tx: UnitOfWork, user: User, letter: AccountLetter) -> None:
    """Whoever reads the mailbox holds the address; the first of several to prove it keeps it."""
    if letter.recipient.lower() != user.email.lower():
        raise link_invalid()
    letter.used_at = rt.clock.now()
    user.email_verified_at = user.email_verified_at or rt.clock.now()
    try:
        await tx.session.flush()
    except IntegrityError as exc:
        raise link_invalid() from exc

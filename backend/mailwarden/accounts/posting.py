"""Letters about accounts: written with the change they speak of, mailed by a job after its commit."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update

from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.accounts.letters import LINK_LIFE, LINK_PAGE, NEWEST_ONLY, TO_A_NEW_ADDRESS, WRITE, Facts, Kind
from mailwarden.accounts.throttle import Gate, Throttled, Window, count
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import JobKind, Lease, enqueue
from mailwarden.core.letter import compose
from mailwarden.core.mail import Mail, MailRefused, MailUnknown, UnsafeHeader, domain_of
from mailwarden.core.runtime import Runtime

POST = "account_letter"
UNASKED = TO_A_NEW_ADDRESS | {Kind.ADDRESS_IN_USE}  # whoever reads them may never have heard of us
TO_ONE_MAILBOX = Window("mailbox", 10, timedelta(hours=1))
TRIES = 24  # with the back-off of jobs: about four hours of a relay that refuses


async def write(
    rt: Runtime, tx: UnitOfWork, user_id: UUID, kind: Kind, recipient: str, facts: dict[str, Any] | None = None
) -> UUID:
    """``tx`` must act as ``user_id``."""
    if kind in NEWEST_ONLY:
        await void(tx, user_id, kind)
    letter_id, life = new_id(), LINK_LIFE.get(kind)
    tx.session.add(
        AccountLetter(
            id=letter_id,
            user_id=user_id,
            kind=kind,
            recipient=recipient,
            facts=facts or {},
            message_id=f"<{letter_id.hex}@{domain_of(rt.config.mail_from)}>",
            expires_at=rt.clock.now() + life if life else None,
        )
    )
    await tx.session.flush()
    await enqueue(tx, POST, letter_id, payload={"user_id": str(user_id)})
    return letter_id


async def void(tx: UnitOfWork, user_id: UUID, *kinds: Kind) -> None:
    linked = [kind for kind in kinds if kind in LINK_LIFE]
    mine = update(AccountLetter).where(AccountLetter.user_id == user_id, AccountLetter.kind.in_(linked))
    await tx.session.execute(mine.where(AccountLetter.voided_at.is_(None)).values(voided_at=app_now()))


async def post(rt: Runtime, lease: Lease) -> None:
    """At least once: a second copy after a crash holds a new link, and the first never left or works no more."""
    built = await _build(rt, lease)
    if built is None:
        return
    mail, kind = built
    if lease.attempt == 1 and kind in UNASKED and not await _has_room(rt, mail.recipients[0]):
        await _settle(rt, lease, "dropped", "too many mails to this address")
        return
    try:
        await rt.mailer.send(mail)
    except MailRefused as exc:
        if lease.attempt < TRIES:
            raise
        await _settle(rt, lease, "failed", str(exc))
    except MailUnknown as exc:
        await _settle(rt, lease, "unknown", str(exc))
    else:
        await _settle(rt, lease, "sent", None)


async def _has_room(rt: Runtime, recipient: str) -> bool:
    """A mailbox is not flooded by those who sign up with its address again and again."""
    try:
        await count(rt, Gate(TO_ONE_MAILBOX, recipient.lower()))
    except Throttled:
        return False
    return True


async def _build(rt: Runtime, lease: Lease) -> tuple[Mail, Kind] | None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await tx.act_as(UUID(lease.payload["user_id"]))
        row = await tx.session.get(AccountLetter, UUID(lease.key), with_for_update=True)
        if row is None or row.state != "queued":
            await lease.finish(tx)
            return None
        if row.voided_at is not None:
            row.state = "dropped"
            await lease.finish(tx)
            return None
        try:
            return await _write_mail(rt, tx, row)
        except UnsafeHeader as exc:
            row.state, row.error = "failed", str(exc)
            await lease.finish(tx)
            return None


async def _write_mail(rt: Runtime, tx: UnitOfWork, row: AccountLetter) -> tuple[Mail, Kind]:
    kind = await _fitting(tx, row)
    link = ""
    if kind in LINK_PAGE:
        token = secrets.token_urlsafe(32)
        row.token_hash = token_hash(token)
        link = f"{rt.config.base_url}{LINK_PAGE[kind]}#{token}"  # a fragment reaches no server's log
    facts = Facts(rt.config.base_url, row.recipient, link, more=row.facts)
    letter = WRITE[kind](facts)
    mail = compose(letter, sender=rt.config.mail_from, to=row.recipient, message_id=row.message_id, date=rt.clock.now())
    return mail, kind


async def _fitting(tx: UnitOfWork, row: AccountLetter) -> Kind:
    """Whoever holds the address hears of it; who wanted it gets no link, and is not told why."""
    if row.kind in TO_A_NEW_ADDRESS:
        holder = await tx.session.scalar(text("SELECT find_holder(:email)"), {"email": row.recipient})
        if holder is not None and holder != row.user_id:
            return Kind.ADDRESS_IN_USE
    return Kind(row.kind)


async def _settle(rt: Runtime, lease: Lease, state: str, error: str | None) -> None:
    """Without the fence: what happened on the wire happened."""
    sent_at = app_now() if state == "sent" else None
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await tx.act_as(UUID(lease.payload["user_id"]))
        change = update(AccountLetter).where(AccountLetter.id == UUID(lease.key), AccountLetter.state == "queued")
        await tx.session.execute(change.values(state=state, error=error, sent_at=sent_at))


JOBS = [JobKind(POST, post, max_attempts=TRIES)]

"""A forgotten password: the same answer and the same work for every address; the link decides nothing by itself."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, text

from mailwarden.accounts import audit, posting
from mailwarden.accounts.access_end import end_devices
from mailwarden.accounts.letter_models import AccountLetter
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import Session, User
from mailwarden.accounts.password_policy import check_password
from mailwarden.accounts.passwords import hash_password
from mailwarden.accounts.strangers import accounts_elsewhere, shut_out
from mailwarden.accounts.verification import open_link, prove
from mailwarden.accounts.whereabouts import Whereabouts
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import JobKind, Lease, enqueue
from mailwarden.core.runtime import Runtime

FORGOT = "account_forgot"
PAUSE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
AN_HOUR_MOST = 5


async def forgot(tx: UnitOfWork, email: str) -> None:
    """Only notes the address: whether anybody has it is looked up by the job, where no answer waits."""
    row = AccountLetter(id=new_id(), kind=Kind.FORGOT, recipient=email, message_id="")
    tx.session.add(row)
    await tx.session.flush()
    await enqueue(tx, FORGOT, row.id)


async def answer_forgot(rt: Runtime, lease: Lease) -> None:
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        row = await tx.session.get(AccountLetter, UUID(lease.key))
        if row is not None:
            await tx.session.delete(row)
            await tx.session.flush()
            await _send_link(rt, tx, row.recipient)
        await lease.finish(tx)


async def _send_link(rt: Runtime, tx: UnitOfWork, email: str) -> None:
    """To the address as its owner writes it. Too often is dropped in silence: the answer has left long ago."""
    user_id = await tx.session.scalar(text("SELECT find_user(:email)"), {"email": email})
    if user_id is None:
        return
    await tx.act_as(user_id)
    user = await tx.session.get_one(User, user_id, with_for_update=True)
    mine = select(AccountLetter.created_at).where(AccountLetter.user_id == user_id, AccountLetter.kind == Kind.RESET)
    now = rt.clock.now()
    recent = [at for at in await tx.session.scalars(mine) if at > now - HOUR]
    if len(recent) < AN_HOUR_MOST and all(at <= now - PAUSE for at in recent):
        await posting.write(rt, tx, user_id, Kind.RESET, user.email)


async def reset(rt: Runtime, tx: UnitOfWork, token: str, password: str, where: Whereabouts) -> str:
    """Ends every session and every other open link. The mailbox is proved by the way. Raises Invalid.

    Returns the account's address.

    It signs nobody in, so that a second factor is asked for as ever. Nobody had proved the address before: then
    whatever else signs in here may be a stranger's, and ends.
    """
    check_password(rt, password, pointer="#/password")
    hashed = await hash_password(password)
    user, letter = await open_link(tx, token, Kind.RESET)
    check_password(rt, password, pointer="#/password", context=(user.email, user.name))
    was_proved = user.email_verified_at is not None
    await prove(rt, tx, user, letter)
    if not was_proved:
        await shut_out(tx, user.id)
    user.password_hash = hashed
    await tx.session.execute(delete(Session).where(Session.user_id == user.id))
    await end_devices(tx, user.id, "password_reset")
    await posting.void(tx, user.id, *Kind)
    told = {"elsewhere": await accounts_elsewhere(tx, user.id), "first_proof": "" if was_proved else "yes"}
    await posting.write(rt, tx, user.id, Kind.PASSWORD_CHANGED, user.email, {**where.facts(), **told})
    await audit.record_everywhere(tx, "account.password_reset", user.id)
    return user.email


JOBS = [JobKind(FORGOT, answer_forgot)]

"""What whoever reads the invited mailbox does with the link: look, join with an account, or sign up."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.accounts.password_policy import check_password
from mailwarden.accounts.passwords import hash_password
from mailwarden.accounts.verification import link_invalid
from mailwarden.core.crypto import token_hash
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.organizations.models import Invitation
from mailwarden.organizations.schemas import InvitationSeenOut, InvitationSignUp


class Opened(NamedTuple):
    invitation: Invitation
    organization: Organization


async def look_up(tx: UnitOfWork, token: str) -> InvitationSeenOut:
    row, organization = await open_link(tx, token)
    return InvitationSeenOut(
        organization_name=organization.name,
        inviter_name=row.inviter_name,
        email=row.email,
        role=row.role,
        expires_at=row.expires_at,
    )


async def open_link(tx: UnitOfWork, token: str, *, lock: bool = False) -> Opened:
    """``tx`` acts for the inviting organization afterwards. Raises Invalid for a link that works no more."""
    asked = text("SELECT * FROM find_invitation(:hash)")
    found = (await tx.session.execute(asked, {"hash": token_hash(token)})).first()
    if found is None:
        raise link_invalid()
    await tx.act_for(found.org_id)
    row = await tx.session.get_one(Invitation, found.invitation_id, with_for_update=lock, populate_existing=lock)
    if row.accepted_at is not None or row.revoked_at is not None or row.token_hash != token_hash(token):
        raise link_invalid()
    return Opened(row, await tx.session.get_one(Organization, row.org_id))


async def accept(rt: Runtime, tx: UnitOfWork, user_id: UUID, token: str) -> UUID:
    """The organization that was joined. The link proves the address, so one not confirmed yet is from now on."""
    row, organization = await open_link(tx, token, lock=True)
    user = await tx.session.get_one(User, user_id, with_for_update=True)
    if user.email.lower() != row.email.lower():
        raise Conflict(
            f"The invitation was sent to {row.email}, and you are signed in as {user.email}. Sign in with that one, or "
            "ask for an invitation to yours.",
            code="invitation_of_another_address",
        )
    if user.email_verified_at is None:
        if await _holder(tx, row.email) is not None:
            raise _has_account()
        user.email_verified_at = rt.clock.now()
    await _join(tx, row, user, rt.clock.now())
    return organization.id


async def sign_up(rt: Runtime, tx: UnitOfWork, body: InvitationSignUp) -> tuple[UUID, UUID]:
    """(user id, organization id). Only whoever reads the mailbox learns here that its address has an account."""
    row, organization = await open_link(tx, body.token.get_secret_value())
    chosen, context = body.password.get_secret_value(), (row.email, body.name, organization.name)
    check_password(rt, chosen, pointer="#/password", context=context)
    password = await hash_password(chosen)
    row, organization = await open_link(tx, body.token.get_secret_value(), lock=True)
    if await _holder(tx, row.email) is not None:
        raise _has_account()
    user_id, now = new_id(), rt.clock.now()
    await tx.act_as(user_id)
    user = User(id=user_id, email=row.email, name=body.name, password_hash=password, email_verified_at=now)
    tx.session.add(user)
    await tx.session.flush()
    await _join(tx, row, user, now)
    return user_id, organization.id


async def _holder(tx: UnitOfWork, email: str) -> UUID | None:
    found: UUID | None = await tx.session.scalar(text("SELECT find_holder(:email)"), {"email": email})
    return found


def _has_account() -> Conflict:
    return Conflict("This address has an account. Sign in, then open the link again.", code="sign_in_first")


async def _join(tx: UnitOfWork, row: Invitation, user: User, now: datetime) -> None:
    """Who is a member already stays what they are."""
    row.accepted_at, row.accepted_by, row.token_hash = now, user.id, None
    await tx.session.flush()
    joined = insert(Membership).values(id=new_id(), org_id=row.org_id, user_id=user.id, role=row.role)
    once = joined.on_conflict_do_nothing(index_elements=["org_id", "user_id"])
    if await tx.session.scalar(once.returning(Membership.id)) is not None:
        who = Target("member", user.id, f"{user.name} <{user.email}>")
        await audit.record(tx, "member.joined", who, after={"role": row.role}, user_id=user.id)


async def count_owned(tx: UnitOfWork, user_id: UUID) -> int:
    owned = select(Membership.org_id).where(Membership.user_id == user_id, Membership.role == "owner")
    return len(list(await tx.session.scalars(owned)))

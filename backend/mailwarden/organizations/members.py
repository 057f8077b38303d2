"""Who belongs to the organization, and as what. Every change holds the organization's row: an owner always remains."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update

from mailwarden.accounts import audit
from mailwarden.accounts.access_end import end_access
from mailwarden.accounts.audit import Target
from mailwarden.accounts.caller import Caller, SessionRequired
from mailwarden.accounts.models import Membership, Organization, Session, User
from mailwarden.accounts.rules import Role, not_theirs_to_set
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import Conflict, NotFound, RoleRequired
from mailwarden.organizations.models import Invitation
from mailwarden.organizations.schemas import MemberOut

LAST_OWNER = "You are the only owner. Make somebody else an owner first."


class Member(NamedTuple):
    membership: Membership
    user: User


async def list_members(tx: UnitOfWork, caller: Caller) -> list[MemberOut]:
    """Owners first, then by name. An organization's members fit on one page."""
    asked = select(Membership, User).join(User, User.id == Membership.user_id)
    rows = await tx.session.execute(asked.where(Membership.org_id == caller.org_id))
    order = list(Role)
    found = sorted((Member(*row) for row in rows), key=lambda one: (order.index(Role(one[0].role)), one[1].name))
    return [member_out(caller, one) for one in found]


def member_out(caller: Caller, member: Member) -> MemberOut:
    row, user = member
    refusal = not_theirs_to_set(caller.role, row.role, row.role)
    return MemberOut(
        id=user.id,
        name=user.name,
        email=user.email,
        role=row.role,
        you=user.id == caller.user_id,
        joined_at=row.created_at,
        may_change=refusal is None,
        refusal=refusal,
    )


async def change_role(tx: UnitOfWork, caller: Caller, user_id: UUID, wanted: str) -> MemberOut:
    """Raises NotFound, RoleRequired, Conflict for the last owner. The same role again changes nothing."""
    await hold(tx, caller.org_id)
    member = await get_member(tx, caller.org_id, user_id)
    check(caller, member.membership.role, wanted)
    if member.membership.role != wanted:
        await _keep_an_owner(tx, member, wanted)
        await _set_role(tx, member, wanted)
    return member_out(caller, member)


async def _set_role(tx: UnitOfWork, member: Member, wanted: str) -> None:
    before, member.membership.role = member.membership.role, wanted
    await tx.session.flush()
    await _revoke_invitations(tx, member, wanted)
    await audit.record(tx, "member.role_changed", target(member.user), before={"role": before}, after={"role": wanted})


async def remove(tx: UnitOfWork, caller: Caller, user_id: UUID) -> None:
    """What they connected for the organization stays (B45). Raises as ``change_role``."""
    await hold(tx, caller.org_id)
    member = await get_member(tx, caller.org_id, user_id)
    check(caller, member.membership.role, None)
    await _keep_an_owner(tx, member, None)
    await _revoke_invitations(tx, member, None)
    await audit.record(tx, "member.removed", target(member.user), before={"role": member.membership.role})
    await _forget(tx, caller.org_id, user_id)


async def transfer(tx: UnitOfWork, caller: Caller, user_id: UUID, my_role: str) -> list[MemberOut]:
    await hold(tx, caller.org_id)
    heir, myself = await get_member(tx, caller.org_id, user_id), await get_member(tx, caller.org_id, caller.user_id)
    if heir.user.id == myself.user.id:
        raise Conflict("You are an owner already.", code="already_owner")
    if heir.membership.role != Role.OWNER:
        await _set_role(tx, heir, Role.OWNER)
    await _set_role(tx, myself, my_role)
    return await list_members(tx, caller)


async def leave(tx: UnitOfWork, caller: Caller) -> UUID | None:
    """The organization that the session works in from now on, if there is another."""
    await hold(tx, caller.org_id)
    member = await get_member(tx, caller.org_id, caller.user_id)
    await _keep_an_owner(tx, member, None)
    await _revoke_invitations(tx, member, None)
    await audit.record(tx, "member.left", target(member.user), before={"role": member.membership.role})
    await _forget(tx, caller.org_id, caller.user_id)
    mine = select(Membership.org_id).where(Membership.user_id == caller.user_id).order_by(Membership.created_at)
    other = await tx.session.scalar(mine.limit(1))
    there = (Session.user_id == caller.user_id, Session.org_id == caller.org_id)
    moved = update(Session).where(*there).values(org_id=other)
    await tx.session.execute(moved if other else delete(Session).where(*there))
    return other


async def _revoke_invitations(tx: UnitOfWork, member: Member, role: str | None) -> None:
    """Open ones that they could not make any more: nobody leaves a door open behind themselves."""
    if role == Role.OWNER:
        return
    org_id, row = member.membership.org_id, Invitation
    mine = update(row).where(row.org_id == org_id, row.invited_by == member.user.id)
    gone = mine.where(row.accepted_at.is_(None), row.revoked_at.is_(None))
    if role == Role.MANAGER:
        gone = gone.where(row.role == Role.OWNER)
    await tx.session.execute(gone.values(revoked_at=app_now()))


async def _forget(tx: UnitOfWork, org_id: UUID, user_id: UUID) -> None:
    await end_access(tx, org_id, user_id)
    await tx.session.execute(delete(Membership).where(Membership.org_id == org_id, Membership.user_id == user_id))


async def hold(tx: UnitOfWork, org_id: UUID) -> Organization:
    """One change of members at a time, or two owners could step down at once."""
    return await tx.session.get_one(Organization, org_id, with_for_update=True)


async def get_member(tx: UnitOfWork, org_id: UUID, user_id: UUID) -> Member:
    asked = select(Membership, User).join(User, User.id == Membership.user_id)
    row = (await tx.session.execute(asked.where(Membership.org_id == org_id, Membership.user_id == user_id))).first()
    if row is None:
        raise NotFound("There is no such member.")
    return Member(*row)


def check(caller: Caller, current: str | None, wanted: str | None) -> None:
    """Raises RoleRequired; SessionRequired where a program would decide about owners."""
    if Role.OWNER in (current, wanted) and caller.kind != "session":
        raise SessionRequired("Sign in with a browser to decide who is an owner.", action="sign_in")
    if refusal := not_theirs_to_set(caller.role, current, wanted):
        raise RoleRequired(refusal, action="ask_owner")


async def _keep_an_owner(tx: UnitOfWork, member: Member, wanted: str | None) -> None:
    if member.membership.role != Role.OWNER or wanted == Role.OWNER:
        return
    owners = select(func.count()).select_from(Membership)
    mine = owners.where(Membership.org_id == member.membership.org_id, Membership.role == Role.OWNER)
    if (await tx.session.scalar(mine) or 0) < 2:
        raise Conflict(LAST_OWNER, code="last_owner", action="transfer_ownership")


def target(user: User) -> Target:
    return Target("member", user.id, f"{user.name} <{user.email}>")

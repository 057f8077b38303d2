"""Who somebody is, and the organization a session works in."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select, text, update

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.models import Membership, Organization, Session, User
from mailwarden.accounts.rules import ALL_PERMISSIONS, Role, may_act, permissions_of, who_may, why_not
from mailwarden.accounts.schemas import MembershipOut, MeOut, OrganizationOut, PersonToAskOut, RefusalOut, UserOut
from mailwarden.accounts.sessions import csrf_token
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Invalid, NotFound
from mailwarden.core.etag import stale
from mailwarden.core.runtime import Runtime

ZONES = available_timezones()


def checked_zone(name: str) -> str:
    if name not in ZONES:
        wrong = {"pointer": "#/time_zone", "code": "unknown_time_zone", "detail": "Choose an IANA time zone."}
        raise Invalid(f"{name} is not a known time zone.", errors=[wrong])
    return name


async def find_only_user(tx: UnitOfWork, email: str) -> UUID | None:
    """Who proved the address, or the only one who typed it."""
    found: UUID | None = await tx.session.scalar(text("SELECT find_only_user(:email)"), {"email": email})
    return found


async def describe_me(rt: Runtime, tx: UnitOfWork, user_id: UUID, org_id: UUID, session_id: UUID | None) -> MeOut:
    user = await tx.session.get_one(User, user_id)
    joined = select(Organization, Membership.role).join(Membership, Membership.org_id == Organization.id)
    rows = (await tx.session.execute(joined.where(Membership.user_id == user_id).order_by(Organization.name))).all()
    active, role = next((org, role) for org, role in rows if org.id == org_id)
    return MeOut(
        user=UserOut(id=user.id, email=user.email, name=user.name, email_verified=user.email_verified_at is not None),
        organization=organization_out(active),
        role=role,
        permissions=sorted(permissions_of(role, may_act=may_act(rt.config.unverified_may_act, user.email_verified_at))),
        not_allowed=_refusals(role),
        ask=await people_to_ask(tx, org_id, user_id),
        organizations=[MembershipOut(id=org.id, name=org.name, role=its) for org, its in rows],
        csrf_token=csrf_token(rt.keys, session_id) if session_id else "",
        is_operator=user.is_operator,
        environment=rt.config.environment,
        demo=rt.config.environment == "demo",
        version=rt.config.version,
    )


def _refusals(role: str) -> list[RefusalOut]:
    """Of the role alone: an address not confirmed yet is told apart by ``user.email_verified``."""
    missing = sorted(ALL_PERMISSIONS - permissions_of(role))
    return [RefusalOut(permission=one, roles=list(who_may(one)), reason=why_not(one)) for one in missing]


async def people_to_ask(
    tx: UnitOfWork, org_id: UUID, but: UUID, roles: Sequence[str] = (Role.OWNER, Role.MANAGER)
) -> list[PersonToAskOut]:
    """Owners first. Names only: whoever may not see members sees no addresses either."""
    asked = select(User.name, Membership.role).join(Membership, Membership.user_id == User.id)
    able = asked.where(Membership.org_id == org_id, Membership.role.in_(roles), User.id != but)
    rows = (await tx.session.execute(able.order_by(Membership.role.desc(), User.name).limit(50))).all()
    return [PersonToAskOut(name=row.name, role=row.role) for row in rows]


def organization_out(row: Organization) -> OrganizationOut:
    return OrganizationOut(id=row.id, name=row.name, time_zone=row.time_zone, version=row.version)


async def switch_organization(tx: UnitOfWork, session_id: UUID, user_id: UUID, org_id: UUID) -> None:
    mine = select(Membership.id).where(Membership.user_id == user_id, Membership.org_id == org_id)
    if await tx.session.scalar(mine) is None:
        raise NotFound("You are not a member of that organization.")
    await tx.session.execute(update(Session).where(Session.id == session_id).values(org_id=org_id))
    await tx.act_for(org_id)


async def get_organization(tx: UnitOfWork, org_id: UUID) -> Organization:
    return await tx.session.get_one(Organization, org_id)


async def update_organization(
    tx: UnitOfWork, org_id: UUID, version: int, name: str | None, time_zone: str | None
) -> Organization:
    row = await tx.session.get_one(Organization, org_id, with_for_update=True)
    if row.version != version:
        raise stale(row.version)
    before = {"name": row.name, "time_zone": row.time_zone}
    row.name = name or row.name
    row.time_zone = checked_zone(time_zone) if time_zone else row.time_zone
    row.version += 1
    await tx.session.flush()
    was, now = audit.difference(before, {"name": row.name, "time_zone": row.time_zone})
    changed = Target("organization", org_id, row.name)
    await audit.record(tx, "organization.changed", changed, before=was, after=now)
    return row


async def make_operator(tx: UnitOfWork, email: str) -> None:
    """Raises NotFound. Operators stand outside organizations: they see the instance, not its customers' data."""
    user_id = await find_only_user(tx, email)
    if user_id is None:
        raise NotFound(f"No account has the address {email}, or several have and none confirmed it. Sign up first.")
    await tx.act_as(user_id)
    await tx.session.execute(update(User).where(User.id == user_id).values(is_operator=True))

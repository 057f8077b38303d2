"""Sign-up, sign-in, and the organization a session works in."""

from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from mailwarden.accounts.models import Membership, Organization, Session, User
from mailwarden.accounts.passwords import hash_password, needs_rehash, verify_password
from mailwarden.accounts.rules import Role, permissions_of
from mailwarden.accounts.schemas import MembershipOut, MeOut, OrganizationOut, SignUp, UserOut
from mailwarden.accounts.sessions import csrf_token
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import Invalid, NotFound, PreconditionFailed, Unauthenticated
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime

ZONES = available_timezones()


def checked_zone(name: str) -> str:
    if name not in ZONES:
        wrong = {"pointer": "#/time_zone", "code": "unknown_time_zone", "detail": "Choose an IANA time zone."}
        raise Invalid(f"{name} is not a known time zone.", errors=[wrong])
    return name


async def find_user_id(tx: UnitOfWork, email: str) -> UUID | None:
    found: UUID | None = await tx.session.scalar(text("SELECT find_user(:email)"), {"email": email})
    return found


def _email_taken() -> Invalid:
    taken = {"pointer": "#/email", "code": "email_taken", "detail": "Sign in instead, or use another address."}
    return Invalid("This address already has an account.", code="email_taken", errors=[taken])


async def sign_up(tx: UnitOfWork, body: SignUp) -> tuple[UUID, UUID]:
    """(user id, organization id). Raises Invalid if the address already has an account."""
    password = await hash_password(body.password.get_secret_value())
    zone = checked_zone(body.time_zone)
    if await find_user_id(tx, body.email) is not None:
        raise _email_taken()
    user_id, org_id = new_id(), new_id()
    await tx.act_as(user_id)
    await tx.act_for(org_id)
    tx.session.add(User(id=user_id, email=body.email, name=body.name, password_hash=password))
    try:
        await tx.session.flush()
    except IntegrityError as exc:  # somebody signed up with the same address at the same moment
        raise _email_taken() from exc
    tx.session.add(Organization(id=org_id, name=body.organization_name, time_zone=zone))
    await tx.session.flush()
    tx.session.add(Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    await tx.session.flush()
    return user_id, org_id


async def sign_in(rt: Runtime, tx: UnitOfWork, email: str, password: str) -> tuple[UUID, UUID]:
    """(user id, organization id). One neutral error for a wrong address and a wrong password (A1)."""
    user_id, stored = await _stored_password(rt, email)
    if not await verify_password(stored, password) or user_id is None or stored is None:
        raise Unauthenticated(
            "Address or password is wrong. Check the spelling of the address, too.", code="wrong_credentials"
        )
    better = await hash_password(password) if needs_rehash(stored) else None
    await tx.act_as(user_id)
    if better is not None:
        await tx.session.execute(update(User).where(User.id == user_id).values(password_hash=better))
    return user_id, await _last_organization(tx, user_id)


async def _stored_password(rt: Runtime, email: str) -> tuple[UUID | None, str | None]:
    """The same statements for an unknown address. Apart, so that no database connection waits for the slow check."""
    async with reader(rt.sessions) as tx:
        found = await find_user_id(tx, email)
        user_id = found or new_id()
        await tx.act_as(user_id)
        return found, await tx.session.scalar(select(User.password_hash).where(User.id == user_id))


async def _last_organization(tx: UnitOfWork, user_id: UUID) -> UUID:
    """The one worked in last, else the first joined."""
    last = select(Session.org_id).where(Session.user_id == user_id).order_by(Session.seen_at.desc())
    joined = select(Membership.org_id).where(Membership.user_id == user_id).order_by(Membership.created_at)
    mine = list(await tx.session.scalars(joined))
    if not mine:
        raise Unauthenticated("This account belongs to no organization any more.", code="no_organization")
    recent = await tx.session.scalar(last.where(Session.org_id.in_(mine)).limit(1))
    return recent or mine[0]


async def describe_me(rt: Runtime, tx: UnitOfWork, user_id: UUID, org_id: UUID, session_id: UUID) -> MeOut:
    user = await tx.session.get_one(User, user_id)
    joined = select(Organization, Membership.role).join(Membership, Membership.org_id == Organization.id)
    rows = (await tx.session.execute(joined.where(Membership.user_id == user_id).order_by(Organization.name))).all()
    active, role = next((org, role) for org, role in rows if org.id == org_id)
    return MeOut(
        user=UserOut(id=user.id, email=user.email, name=user.name),
        organization=organization_out(active),
        role=role,
        permissions=sorted(permissions_of(role)),
        organizations=[MembershipOut(id=org.id, name=org.name, role=its) for org, its in rows],
        csrf_token=csrf_token(rt.keys, session_id),
        is_operator=user.is_operator,
        environment=rt.config.environment,
        demo=rt.config.environment == "demo",
        version=rt.config.version,
    )


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
        raise PreconditionFailed("Load it again and repeat your change.", headers={"ETag": f'"v{row.version}"'})
    row.name = name or row.name
    row.time_zone = checked_zone(time_zone) if time_zone else row.time_zone
    row.version += 1
    return row


async def make_operator(tx: UnitOfWork, email: str) -> None:
    """Raises NotFound. Operators stand outside organizations: they see the instance, not its customers' data."""
    user_id = await find_user_id(tx, email)
    if user_id is None:
        raise NotFound(f"No account has the address {email}. Sign up first.")
    await tx.act_as(user_id)
    await tx.session.execute(update(User).where(User.id == user_id).values(is_operator=True))

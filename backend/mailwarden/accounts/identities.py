"""Accounts elsewhere that sign somebody in. They are known by issuer and subject, never by their address.

An account here is joined to one elsewhere only by its owner: signed in, and with the password. The same address alone
proves nothing, so it never joins the two.
"""

from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from mailwarden.accounts import audit, posting
from mailwarden.accounts.account_schemas import IdentitiesOut, IdentityOut
from mailwarden.accounts.factor_models import Identity
from mailwarden.accounts.letters import Kind
from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.accounts.openid import Person
from mailwarden.accounts.rules import Role
from mailwarden.accounts.whereabouts import Whereabouts
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import Conflict, NotFound
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load

NO_PASSWORD = "!"  # noqa: S105 - no hash looks so: nothing matches it


class Refused(Exception):
    """``code`` leads to the words that the page shows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def find(tx: UnitOfWork, person: Person) -> UUID | None:
    """Whose it is; ``tx`` acts as them from here on."""
    row = (await tx.session.execute(text("SELECT * FROM find_identity(:hash)"), {"hash": person.key})).first()
    if row is None:
        return None
    await tx.act_as(row.user_id)
    used = update(Identity).where(Identity.id == row.identity_id, Identity.user_id == row.user_id)
    await tx.session.execute(used.values(last_used_at=app_now()))
    found: UUID = row.user_id
    return found


async def sign_up(rt: Runtime, tx: UnitOfWork, person: Person) -> tuple[UUID, UUID]:
    """(user id, organization id). Raises Refused: an address that is somebody's here already must be joined by them."""
    email = _address(person)
    if person.proved_email and await tx.session.scalar(text("SELECT find_holder(:email)"), {"email": email}):
        raise Refused("identity_not_linked")
    user_id, org_id = new_id(), new_id()
    await tx.act_as(user_id)
    await tx.act_for(org_id)
    name = person.name or email.partition("@")[0]
    proved_at = rt.clock.now() if person.proved_email else None
    user = User(id=user_id, email=email, name=name, password_hash=NO_PASSWORD, email_verified_at=proved_at)
    for row in (user, Organization(id=org_id, name=f"{name}’s organization")):
        tx.session.add(row)
        await _flushed(tx)
    tx.session.add(Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    await _join(tx, user_id, person, email)
    if not person.proved_email:
        await posting.write(rt, tx, user_id, Kind.VERIFY, email)
    return user_id, org_id


def _address(person: Person) -> str:
    try:
        return validate_email(person.email or "", check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as exc:
        raise Refused("identity_without_email") from exc


async def link(rt: Runtime, tx: UnitOfWork, user_id: UUID, person: Person, where: Whereabouts) -> None:
    """``tx`` acts as the person. Raises Refused if it signs somebody else in, or another one of it is joined."""
    owner = await tx.session.scalar(text("SELECT user_id FROM find_identity(:hash)"), {"hash": person.key})
    if owner == user_id:
        return
    if owner is not None:
        raise Refused("identity_taken")
    user = await tx.session.get_one(User, user_id)
    label = person.email or person.subject
    await _join(tx, user_id, person, label)
    facts = {**where.facts(), "provider": person.label, "account": label}
    await posting.write(rt, tx, user_id, Kind.IDENTITY_ADDED, user.email, facts)
    await audit.record_everywhere(tx, "account.identity_linked", user_id)


async def _join(tx: UnitOfWork, user_id: UUID, person: Person, label: str) -> None:
    tx.session.add(
        Identity(
            id=new_id(),
            user_id=user_id,
            provider=person.provider,
            issuer=person.issuer,
            subject=person.subject,
            subject_hash=person.key,
            label=label,
            last_used_at=app_now(),
        )
    )
    await _flushed(tx)


async def _flushed(tx: UnitOfWork) -> None:
    """Somebody was faster, or another account of this provider is joined."""
    try:
        await tx.session.flush()
    except IntegrityError as exc:
        raise Refused("identity_taken") from exc


async def list_identities(tx: UnitOfWork, user_id: UUID) -> IdentitiesOut:
    mine = select(Identity).where(Identity.user_id == user_id).order_by(Identity.created_at)
    rows = await tx.session.scalars(mine)
    user = await tx.session.get_one(User, user_id)
    return IdentitiesOut(data=[_out(row) for row in rows], has_password=user.password_hash != NO_PASSWORD)


def _out(row: Identity) -> IdentityOut:
    return IdentityOut(
        id=row.id,
        provider=row.provider,
        provider_label=load()[row.provider].label,
        account=row.label,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )


async def unlink(tx: UnitOfWork, user_id: UUID, identity_id: UUID) -> None:
    """Raises NotFound, or Conflict where it is the only way in."""
    user = await tx.session.get_one(User, user_id, with_for_update=True)
    count = select(func.count()).select_from(Identity).where(Identity.user_id == user_id)
    if user.password_hash == NO_PASSWORD and (await tx.session.scalar(count) or 0) < 2:
        raise Conflict("Choose a password first: you could not sign in any more.", code="last_way_in")
    gone = delete(Identity).where(Identity.user_id == user_id, Identity.id == identity_id).returning(Identity.id)
    if (await tx.session.execute(gone)).first() is None:
        raise NotFound("There is no such account.")

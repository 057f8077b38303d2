"""Invitations as owners and managers see them. Nobody learns here whether an address has an account."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Membership, User
from mailwarden.billing.gate import access_of, require_room
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, NotFound, TooManyRequests
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import cancel, enqueue
from mailwarden.core.mail import domain_of
from mailwarden.core.runtime import Runtime
from mailwarden.organizations.letters import LIFE
from mailwarden.organizations.members import check, hold
from mailwarden.organizations.models import Invitation
from mailwarden.organizations.schemas import InvitationIn, InvitationOut, InvitationState

MAIL = "invitation_mail"
PAUSE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
MAILS_MOST = 6  # for one invitation
AN_HOUR_MOST = 50  # mails of one organization: enough for a team, useless for spam


async def list_invitations(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> list[InvitationOut]:
    """Newest first; those long over go with time."""
    asked = select(Invitation).where(Invitation.org_id == org_id)
    rows = await tx.session.scalars(asked.order_by(Invitation.created_at.desc(), Invitation.id.desc()).limit(500))
    return [invitation_out(row, rt.clock.now()) for row in rows]


def state_of(row: Invitation, now: datetime) -> InvitationState:
    if row.accepted_at is not None:
        return "accepted"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else "open"


def invitation_out(row: Invitation, now: datetime) -> InvitationOut:
    state, again = state_of(row, now), row.mailed_at + PAUSE
    return InvitationOut.model_validate(
        {
            **{name: getattr(row, name) for name in InvitationOut.model_fields if hasattr(row, name)},
            "status": state,
            "mail": row.mail_state,
            "resend_at": again if state in ("open", "expired") and again > now else None,
        }
    )


async def create(rt: Runtime, tx: UnitOfWork, caller: Caller, body: InvitationIn) -> Invitation:
    """Raises RoleRequired, Conflict, TooManyRequests, PlanLimit."""
    check(caller, None, body.role)
    await hold(tx, caller.org_id)
    await _check_address(rt, tx, caller.org_id, body.email)
    await _check_hour(rt, tx, caller.org_id)
    await _check_plan(rt, tx, caller.org_id)
    inviter = await tx.session.get_one(User, caller.user_id)
    now, row_id = rt.clock.now(), new_id()
    row = Invitation(
        id=row_id,
        org_id=caller.org_id,
        email=body.email,
        role=body.role,
        invited_by=inviter.id,
        inviter_name=inviter.name,
        message_id=f"<{row_id.hex}.1@{domain_of(rt.config.mail_from)}>",
        created_at=now,
        mailed_at=now,
        expires_at=now + LIFE,
        mail_state="queued",
        mails=1,
    )
    tx.session.add(row)
    await tx.session.flush()
    await enqueue(tx, MAIL, row.id)
    await audit.record(tx, "invitation.created", target(row), after={"role": row.role})
    return row


async def _check_address(rt: Runtime, tx: UnitOfWork, org_id: UUID, email: str) -> None:
    same = func.lower(User.email) == email.lower()
    member = select(Membership.id).join(User, User.id == Membership.user_id)
    if await tx.session.scalar(member.where(Membership.org_id == org_id, same)):
        raise Conflict("They are a member already.", code="already_member")
    open_one = await tx.session.scalar(
        select(Invitation).where(
            Invitation.org_id == org_id,
            func.lower(Invitation.email) == email.lower(),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
    )
    if open_one is None:
        return
    if open_one.expires_at > rt.clock.now():
        raise Conflict("They are invited already. Send it again, or revoke it.", code="already_invited")
    open_one.revoked_at = rt.clock.now()  # nobody came in time; the new one takes its place
    await tx.session.flush()


async def _check_hour(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> None:
    recent = select(func.count()).select_from(Invitation)
    recent = recent.where(Invitation.org_id == org_id, Invitation.mailed_at > rt.clock.now() - HOUR)
    if (await tx.session.scalar(recent) or 0) >= AN_HOUR_MOST:
        raise TooManyRequests(
            "Enough invitations for one hour. Go on later.", code="too_many_invitations", headers={"Retry-After": "600"}
        )


async def _check_plan(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> None:
    access = await access_of(rt, tx, org_id)
    if access.limits.members is not None:
        require_room(access, "members", await seats_taken(rt, tx, org_id))


async def seats_taken(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> int:
    """Whoever is invited counts already: all of them may come."""
    open_ones = select(func.count()).select_from(Invitation)
    open_ones = open_ones.where(Invitation.org_id == org_id, Invitation.expires_at > rt.clock.now())
    open_ones = open_ones.where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    members = select(func.count()).select_from(Membership).where(Membership.org_id == org_id)
    return (await tx.session.scalar(members) or 0) + (await tx.session.scalar(open_ones) or 0)


async def resend(rt: Runtime, tx: UnitOfWork, caller: Caller, invitation_id: UUID) -> Invitation:
    """A new link for another seven days; the older ones are worthless at once."""
    row = await _to_change(rt, tx, caller, invitation_id)
    wait = (row.mailed_at + PAUSE - rt.clock.now()).total_seconds()
    if wait > 0:
        seconds = str(max(1, round(wait)))
        text = f"Another mail can be sent in {seconds} s."
        raise TooManyRequests(text, code="resend_too_early", headers={"Retry-After": seconds})
    if row.mails >= MAILS_MOST:
        raise Conflict("They got enough mails. Revoke the invitation, and ask them.", code="resent_too_often")
    await _check_hour(rt, tx, caller.org_id)
    row.mails += 1
    row.message_id = f"<{row.id.hex}.{row.mails}@{domain_of(rt.config.mail_from)}>"
    row.token_hash, row.mail_state = None, "queued"
    row.mailed_at, row.expires_at = rt.clock.now(), rt.clock.now() + LIFE
    await tx.session.flush()
    await enqueue(tx, MAIL, row.id, replace=True)
    await audit.record(tx, "invitation.resent", target(row))
    return row


async def revoke(rt: Runtime, tx: UnitOfWork, caller: Caller, invitation_id: UUID) -> Invitation:
    row = await _to_change(rt, tx, caller, invitation_id)
    row.revoked_at = rt.clock.now()
    await tx.session.flush()
    await cancel(tx, MAIL, row.id)
    await audit.record(tx, "invitation.revoked", target(row))
    return row


async def _to_change(rt: Runtime, tx: UnitOfWork, caller: Caller, invitation_id: UUID) -> Invitation:
    asked = select(Invitation).where(Invitation.org_id == caller.org_id, Invitation.id == invitation_id)
    row = await tx.session.scalar(asked.with_for_update())
    if row is None:
        raise NotFound("There is no such invitation.")
    check(caller, None, row.role)
    if state_of(row, rt.clock.now()) not in ("open", "expired"):
        raise Conflict("This invitation is over.", code="invitation_over")
    return row


def target(row: Invitation) -> Target:
    return Target("invitation", row.id, row.email)

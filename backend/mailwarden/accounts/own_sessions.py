"""Where somebody is signed in, and ending it from afar."""

from uuid import UUID

from sqlalchemy import delete, select

from mailwarden.accounts.account_schemas import SessionOut, SessionsOut
from mailwarden.accounts.models import Organization, Session
from mailwarden.accounts.sessions import IDLE
from mailwarden.core.db import UnitOfWork, app_now
from mailwarden.core.errors import NotFound

AT_MOST = 100


async def list_sessions(tx: UnitOfWork, user_id: UUID, current: UUID) -> SessionsOut:
    """Those that still work, the last used first."""
    alive = select(Session, Organization.name).join(Organization, Organization.id == Session.org_id)
    mine = alive.where(Session.user_id == user_id, Session.expires_at > app_now(), Session.seen_at > app_now() - IDLE)
    rows = (await tx.session.execute(mine.order_by(Session.seen_at.desc()).limit(AT_MOST))).all()
    return SessionsOut(data=[_out(session, name, current) for session, name in rows])


def _out(row: Session, organization: str, current: UUID) -> SessionOut:
    return SessionOut(
        id=row.id,
        current=row.id == current,
        organization=organization,
        user_agent=row.user_agent,
        address=row.address,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=min(row.expires_at, row.seen_at + IDLE),
    )


async def end_one(tx: UnitOfWork, user_id: UUID, session_id: UUID) -> None:
    """Raises NotFound, also for somebody else's. The browser is out at its next request."""
    mine = delete(Session).where(Session.user_id == user_id, Session.id == session_id).returning(Session.id)
    if (await tx.session.execute(mine)).first() is None:
        raise NotFound("There is no such session, or it has ended.")


async def end_others(tx: UnitOfWork, user_id: UUID, current: UUID) -> None:
    await tx.session.execute(delete(Session).where(Session.user_id == user_id, Session.id != current))

"""The last step of every way in: a new session in the organization worked in last, and a browser that is known."""

import logging
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select

from mailwarden.accounts import service
from mailwarden.accounts.devices import remember_device
from mailwarden.accounts.models import User
from mailwarden.accounts.schemas import MeOut
from mailwarden.accounts.sessions import set_cookie, start_session
from mailwarden.accounts.sign_in import last_organization
from mailwarden.accounts.whereabouts import whereabouts
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)


async def enter(
    rt: Runtime, tx: UnitOfWork, request: Request, response: Response, user_id: UUID, org_id: UUID | None = None
) -> MeOut:
    """``tx`` acts as the person from here on. Raises Unauthenticated for one without any organization."""
    await tx.act_as(user_id)
    org_id = org_id or await last_organization(tx, user_id)
    await tx.act_for(org_id)
    where = whereabouts(rt, request)
    session_id, token = await start_session(
        rt, tx, user_id, org_id, request.headers.get("user-agent"), address=where.address
    )
    set_cookie(rt, response, token)
    log.info("signed in", extra={"user_id": str(user_id), "session": str(session_id), "peer": where.address})
    email = (await tx.session.scalars(select(User.email).where(User.id == user_id))).one()
    remember_device(rt, request, response, email)
    return await service.describe_me(rt, tx, user_id, org_id, session_id)

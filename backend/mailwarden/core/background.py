"""Small writes after the answer: a request that held one database connection and waited for another starves all."""

import logging
from uuid import UUID

from sqlalchemy import Update
from sqlalchemy.exc import SQLAlchemyError

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime

log = logging.getLogger(__name__)


async def note_use(rt: Runtime, org_id: UUID, statement: Update) -> None:
    """That a key was used is worth knowing, but no reason to fail."""
    try:
        async with unit_of_work(rt.sessions, org_id) as tx:
            await tx.session.execute(statement)
    except (SQLAlchemyError, OSError):
        log.warning("could not note that a key is in use", exc_info=True)

"""Forgets what has served its time: orphaned tokens after a day, finished authorizations and attempts later."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from mailwarden.connections.models import OAuthAttempt, Orphan, RefreshAttempt, Signal
from mailwarden.core.db import app_now, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime

EVERY = timedelta(hours=1)
KEEP_ORPHANS = timedelta(hours=24)
KEEP_AUTHORIZATIONS = timedelta(days=7)
KEEP_ATTEMPTS = timedelta(days=30)
KEEP_SIGNALS = timedelta(days=90)


async def tidy_connections(rt: Runtime, _: Lease) -> Again:
    async with reader(rt.sessions) as tx:
        organizations: list[UUID] = list(await tx.session.scalars(text("SELECT list_organizations()")))
    for org_id in organizations:
        async with unit_of_work(rt.sessions, org_id) as tx:
            for old in _old(org_id):
                await tx.session.execute(old)
    return Again(rt.clock.now() + EVERY)


def _old(org_id: UUID) -> list[Any]:
    now = app_now()
    return [
        delete(Orphan).where(Orphan.org_id == org_id, Orphan.created_at < now - KEEP_ORPHANS),
        delete(OAuthAttempt).where(OAuthAttempt.org_id == org_id, OAuthAttempt.created_at < now - KEEP_AUTHORIZATIONS),
        delete(RefreshAttempt).where(RefreshAttempt.org_id == org_id, RefreshAttempt.at < now - KEEP_ATTEMPTS),
        delete(Signal).where(Signal.org_id == org_id, Signal.at < now - KEEP_SIGNALS),
    ]

from uuid import UUID

import mailwarden.sending.tracking.prepare  # noqa: F401 - registers itself
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import JobKind, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.sending.tracking.arrivals import SETTLE
from mailwarden.sending.tracking.settling import settle


async def settle_message(rt: Runtime, lease: Lease) -> None:
    message_id = UUID(lease.payload["message_id"])
    if lease.org_id is None:
        raise ValueError("a message belongs to an organization")
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        await settle(tx, lease.org_id, message_id)
        await lease.finish(tx)


JOBS = [JobKind(SETTLE, settle_message)]

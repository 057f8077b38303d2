"""What stored events mean: for every connection of the account, each event once, whatever dies in between."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.effects import apply
from mailwarden.hooks.models import StoredEvent

AT_ONCE = 500
Places = list[tuple[UUID, UUID]]  # connection, organization

OF_SUBSCRIPTION = text("SELECT connection_id, org_id FROM find_connection_of_subscription(:it)")
OF_TOKEN = text("SELECT connection_id, org_id FROM find_connections_of_token(:provider, :it)")
OF_ACCOUNT = text("SELECT connection_id, org_id FROM find_connections_of_account(:provider, :it)")
OF_ADDRESS = text("SELECT connection_id, org_id FROM find_connections_of_address(:provider, :it)")


async def process_hook(rt: Runtime, lease: Lease) -> Again | None:
    """All that waits for one target, oldest first. A repeat finds in the log what was done already."""
    provider, _, target = lease.key.partition("|")
    async with reader(rt.sessions) as tx:
        events = await _waiting(tx, provider, target)
        places = await _concerned(tx, events[0]) if events else []
    for connection_id, org_id in places:
        await apply(rt, org_id, connection_id, events)
    async with unit_of_work(rt.sessions) as tx:
        await lease.guard(tx)
        mine = update(StoredEvent).where(StoredEvent.id.in_([event.id for event in events]))
        await tx.session.execute(mine.values(state="done", concerned=len(places)))
    return Again(rt.clock.now()) if len(events) == AT_ONCE else None


async def _waiting(tx: UnitOfWork, provider: str, target: str) -> Sequence[StoredEvent]:
    asked = select(StoredEvent).where(
        StoredEvent.provider == provider, StoredEvent.target == target, StoredEvent.state == "ready"
    )
    happened = func.coalesce(StoredEvent.occurred_at, StoredEvent.received_at)
    return (await tx.session.scalars(asked.order_by(happened, StoredEvent.id).limit(AT_ONCE))).all()


async def _concerned(tx: UnitOfWork, event: StoredEvent) -> Places:
    """The events of one target name it alike."""
    if event.subscription_id is not None:
        return await _places(tx, OF_SUBSCRIPTION, event, event.subscription_id)
    if event.token_hash is not None:
        return await _places(tx, OF_TOKEN, event, event.token_hash)
    if event.account is None:
        return []
    found = await _places(tx, OF_ACCOUNT, event, event.account)
    return found or (await _places(tx, OF_ADDRESS, event, event.account) if "@" in event.account else [])


async def _places(tx: UnitOfWork, asked: object, event: StoredEvent, it: object) -> Places:
    named = {"it": it} if asked is OF_SUBSCRIPTION else {"provider": event.provider, "it": it}
    rows = await tx.session.execute(asked, named)  # type: ignore[call-overload]
    return [(row.connection_id, row.org_id) for row in rows]

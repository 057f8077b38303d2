"""The plan's word on connecting: refused while nobody pays, and where the plan allows no more."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from mailwarden.billing.gate import access_of, require_room, require_work
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Status
from mailwarden.connections.slots import is_personal
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load

GONE = (Status.DISCONNECTED, Status.CONNECTING)


@dataclass(frozen=True, slots=True)
class Used:
    """What counts against the plan's limits; a mailbox is a connection, too."""

    connections: int
    mailboxes: int


async def check_plan(rt: Runtime, tx: UnitOfWork, org_id: UUID, added: str | None) -> None:
    """``added``: the provider of one more account; None where it is there already.

    Raises SubscriptionInactive, PlanLimit.
    """
    access = await require_work(rt, tx, org_id)
    if added is None or access.mode == "self_hosted":
        return
    used = await accounts_used(tx, org_id)
    require_room(access, "connections", used.connections)
    if is_personal(added):
        require_room(access, "mailboxes", used.mailboxes)


async def check_plan_apart(rt: Runtime, org_id: UUID, added: str | None) -> None:
    """The same before a network call, in a transaction of its own."""
    async with reader(rt.sessions, org_id) as tx:
        await check_plan(rt, tx, org_id, added)


async def accounts_used(tx: UnitOfWork, org_id: UUID) -> Used:
    personal = [name for name in load() if is_personal(name)]
    return Used(await _count(tx, org_id, list(load())), await _count(tx, org_id, personal))


async def _count(tx: UnitOfWork, org_id: UUID, providers: list[str]) -> int:
    asked = select(func.count()).select_from(Connection)
    asked = asked.where(Connection.org_id == org_id, Connection.status.not_in(GONE), Connection.provider.in_(providers))
    return await tx.session.scalar(asked) or 0


async def keeps_alive(rt: Runtime, org_id: UUID | None) -> bool:
    """Are authorizations still renewed? Thirty days after an organization became inactive no more."""
    if not rt.config.billing.is_on or org_id is None:
        return True
    async with reader(rt.sessions, org_id) as tx:
        return (await access_of(rt, tx, org_id)).keeps_credentials(rt.clock.now())

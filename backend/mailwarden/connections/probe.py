"""Proof of life at least every ten minutes, by the client, credential and refresh that real work uses."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from mailwarden.connections.checks import Asker, ask_identity, ask_introspection, ask_permissions
from mailwarden.connections.credentials import ALIVE, read_held, wait_for_holder
from mailwarden.connections.mail_checks import ask_login, login_refused_until
from mailwarden.connections.mail_servers import signs_in_by_password
from mailwarden.connections.models import Connection
from mailwarden.connections.open import open_provider
from mailwarden.connections.our_app import is_offered
from mailwarden.connections.paid import keeps_alive
from mailwarden.connections.queries import acting_org, find_connection
from mailwarden.connections.refresh import Result, refresh_once
from mailwarden.connections.rules import Actor, Status
from mailwarden.connections.transitions import INACTIVE_PROBE, VERIFY, next_probe
from mailwarden.connections.unreadable import Unreadable
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.logging import bind
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import RateLimited
from mailwarden.providers.catalog import load

REVIVABLE = (*ALIVE, Status.INACTIVE)
BAN_MARGIN = timedelta(seconds=1)


async def load_row(rt: Runtime, lease: Lease) -> Connection | None:
    """None where there is nothing left to do for it."""
    bind(connection_id=lease.key)
    async with reader(rt.sessions, lease.org_id) as tx:
        row = await find_connection(tx, acting_org(tx), UUID(lease.key))
    return None if row is None or row.status in (Status.DISCONNECTED, Status.CONNECTING) else row


def banned_until(rt: Runtime, row: Connection) -> datetime | None:
    if row.banned_until is not None and row.banned_until > rt.clock.now():
        return row.banned_until + BAN_MARGIN
    return None


async def probe_connection(rt: Runtime, lease: Lease) -> Again | None:
    row = await load_row(rt, lease)
    if row is None:
        return None
    if wait := banned_until(rt, row):
        return Again(wait)
    at = next_probe(rt)
    if is_offered(rt, row.provider) and await keeps_alive(rt, row.org_id):
        with suppress(Unreadable):  # reported where it was opened; asked again as often, for that costs no provider
            at = await _probe(rt, row, lease) or at
    await _note_next(rt, lease, at)
    return Again(at)


async def _probe(rt: Runtime, row: Connection, lease: Lease) -> datetime | None:
    asker = Asker(rt, row, Actor.PROBE, lease)
    if row.status == Status.INACTIVE:
        await (ask_login(asker) if signs_in_by_password(row.provider) else revive(asker))
        return rt.clock.now() + timedelta(seconds=rt.config.timing.probe_every_s * INACTIVE_PROBE)
    if row.status == Status.VERIFYING:  # the check asks more closely; here only so that it cannot be lost
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            await lease.guard(tx)
            await enqueue(tx, VERIFY, row.id)
        return None
    if signs_in_by_password(row.provider) and (rest := await login_refused_until(asker)):
        return rest
    await check_all(asker)
    return None


async def check_all(asker: Asker) -> None:
    """Stops at the first failure: the check that follows it asks further."""
    if signs_in_by_password(asker.row.provider):
        await ask_login(asker)
        return
    provider, api = open_provider(asker.rt, asker.row)
    if await ask_identity(asker, provider, api) is not None:
        return
    said = await ask_introspection(asker)
    if isinstance(said.error, RateLimited) and said.error.evidence.status is not None:
        await asker.bad(said.error)
    elif not said.known and not _can_introspect(asker.row.provider):
        await ask_permissions(asker, provider, api)


def _can_introspect(provider: str) -> bool:
    return load()[provider].auth.introspect_path is not None


async def revive(asker: Asker) -> None:
    """A dead connection that works again all by itself: an account restored, a policy lifted."""
    rt, row = asker.rt, asker.row
    await wait_for_holder(rt, row.org_id, row.id)
    held = await read_held(rt, row.org_id, row.id)
    tried = await refresh_once(rt, row.org_id, row.id, row.provider, only_version=held.version, statuses=REVIVABLE)
    if tried.result is not Result.REFRESHED:
        return
    provider, api = open_provider(rt, row)
    if await ask_identity(asker, provider, api) is None:
        await ask_introspection(asker)
        await ask_permissions(asker, provider, api)


async def _note_next(rt: Runtime, lease: Lease, at: datetime) -> None:
    plan = update(Connection).where(Connection.org_id == lease.org_id, Connection.id == UUID(lease.key))
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await tx.session.execute(plan.values(next_probe_at=at))
        await lease.finish(tx, Again(at))  # by the fence, which guards the plan, too

"""What happens to a connection in tests, and what is to be seen of it then."""

from typing import Any

from sqlalchemy import select

from mailwarden.connections.health import report_failure, report_success
from mailwarden.connections.models import Connection, Episode, Transition
from mailwarden.connections.rules import Actor, Proof
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.providers.base import (
    AccessRevoked,
    Evidence,
    ProviderError,
    Signal,
    Unavailable,
)
from tests.conftest import MakeConnection
from tests.connections.fakes import (
    DEAD,
    DETAILS,
    INTROSPECT,
    TOKEN,
    active,
    unauthorized,
)
from tests.support.jobs import drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine


def said(status: int | None = 401, signal: Signal | None = Signal.API_REFUSED, operation: str = "api") -> Evidence:
    return Evidence(signal, operation, "GET", DETAILS.split()[1], "api.hubapi.com", status, None, "no")


REVOKED = AccessRevoked(said())
DOWN = Unavailable(said(503, None))


async def fail(rt: Runtime, row: Connection, error: ProviderError) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await report_failure(rt, tx, row.id, error, Actor.SYNC)


async def succeed(rt: Runtime, row: Connection, proof: Proof = Proof.API) -> None:
    async with unit_of_work(rt.sessions, row.org_id) as tx:
        await report_success(rt, tx, row.id, Actor.SYNC, proof)


async def now(rt: Runtime, row: Connection) -> Connection:
    async with reader(rt.sessions, row.org_id) as tx:
        return await tx.session.get_one(Connection, row.id)


async def history(rt: Runtime, row: Connection) -> list[tuple[str | None, str]]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Transition).where(Transition.connection_id == row.id).order_by(Transition.at)
        return [(one.from_status, one.to_status) for one in await tx.session.scalars(asked)]


async def events(rt: Runtime, row: Connection) -> list[str]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Event.type).where(Event.connection_id == row.id).order_by(Event.sequence)
        types = list(await tx.session.scalars(asked))
    return [type.removeprefix("connection.") for type in types if type.startswith("connection.")]


async def episodes(rt: Runtime, row: Connection) -> list[Episode]:
    async with reader(rt.sessions, row.org_id) as tx:
        asked = select(Episode).where(Episode.connection_id == row.id).order_by(Episode.confirmed_at)
        return list(await tx.session.scalars(asked))


async def live(rt: Runtime, time_machine: TimeMachine, seconds: float, step: float = 10) -> None:
    """Runs what is due while time goes by."""
    for _ in range(round(seconds / step)):
        await drain(rt)
        await time_machine.advance(step)
    await drain(rt)


async def kill(
    rt: Runtime, time_machine: TimeMachine, replies: Replies, make_connection: MakeConnection, **over: Any
) -> Connection:
    """An inactive connection, killed the whole way: refused API, refused refresh, asked again."""
    row = await make_connection(external_id="4711", **over)
    replies[DETAILS] = unauthorized
    replies[TOKEN] = DEAD
    replies[INTROSPECT] = active(is_active=False)
    await fail(rt, row, REVOKED)
    await live(rt, time_machine, 20)
    assert (await now(rt, row)).status == "inactive"
    return row

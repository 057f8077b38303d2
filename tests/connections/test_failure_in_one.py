"""A refused refresh is counted and told at once, or not at all: else it would hold up the next one, and the verdict."""

import asyncio

import pytest
from sqlalchemy import text

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, TOKEN
from tests.connections.token_steps import attempts, credential, dropped, force
from tests.support.replies import Replies
from tests.support.waiting import BLOCKED, soon


async def told(rt: Runtime, row: Connection) -> tuple[str, int]:
    async with reader(rt.sessions, row.org_id) as tx:
        now = await get_connection(tx, row.org_id, row.id)
        return now.status, now.failures_in_row


@pytest.mark.parametrize(
    ("answer", "counts", "shown"), [(DEAD, (1, 0), ("verifying", 0)), (dropped, (0, 1), ("connected", 1))]
)
async def test_nothing_is_counted_that_is_not_told(
    runtime: Runtime,
    make_connection: MakeConnection,
    replies: Replies,
    answer: object,
    counts: tuple[int, int],
    shown: tuple[str, int],
) -> None:
    replies[TOKEN] = answer
    row = await make_connection()

    async def waits() -> bool:
        async with reader(runtime.sessions, row.org_id) as tx:
            return bool(await tx.session.scalar(text(BLOCKED)))

    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await get_connection(tx, row.org_id, row.id, lock=True)  # so that nobody can tell it anything
        failing = asyncio.create_task(force(runtime, row))
        assert await soon(waits)
        held = await credential(runtime, row)
        assert (held.refusals, held.failures, await attempts(runtime, row)) == (0, 0, [])
    await failing
    held = await credential(runtime, row)
    assert (held.refusals, held.failures) == counts
    assert await told(runtime, row) == shown

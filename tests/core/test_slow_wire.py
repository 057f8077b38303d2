"""A Redis that answers late holds nobody up: for the relay it is away."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool

from mailwarden.core.ids import new_id
from mailwarden.core.queue import PATIENCE_S, ArqWire, Due


async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        continue
    writer.close()


async def test_an_answer_that_is_late_is_not_waited_for() -> None:
    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        redis = ArqRedis(ConnectionPool(host="127.0.0.1", port=server.sockets[0].getsockname()[1]))
        wire, began = ArqWire(redis), time.monotonic()
        for asked in (wire.push(Due(new_id(), "bulk", 0, datetime.now(UTC))), wire.waiting("bulk"), wire.forgot()):
            with pytest.raises(TimeoutError):
                await asked
        assert time.monotonic() - began >= 3 * PATIENCE_S
        await redis.aclose()

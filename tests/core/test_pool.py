"""A connection that died in the pool is never handed out."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from mailwarden.core import db
from mailwarden.core.db import make_engine


@pytest.mark.parametrize("unasked_s", [0.0, 60.0], ids=["asked", "not asked"])
async def test_what_the_server_closed_is_replaced(
    database_url: str, unasked_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "UNASKED_S", unasked_s)
    options: dict[str, Any] = {"pool_size": 2, "statement_timeout_ms": 5000}
    engine = make_engine(database_url, application="pool", **options)
    other = make_engine(database_url, application="killer", **options)
    try:
        async with engine.connect() as connection:
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        async with other.connect() as killer:
            await killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await asyncio.sleep(0.2)  # until the word of it is here
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT pg_backend_pid()")) != pid
    finally:
        await engine.dispose()
        await other.dispose()

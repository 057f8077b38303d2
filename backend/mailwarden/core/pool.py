"""Which connections of a pool are given out: none that is known to be closed, and none unasked that rested for long.

`pool_pre_ping` asks each time, with three round trips of its own: as many as a short transaction has otherwise. A
server that ends or restarts closes its connections, which asyncpg notices without asking; only where a link died in
silence must one ask, and links that are used all the time tell it by themselves.
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED_S = 5.0
LEFT_AT = "left_at"


def give_out_living_ones(engine: Engine, rested_s: float) -> None:
    """The pool answers InvalidatePoolError by another connection, and asks or renews all the others."""

    def left(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[LEFT_AT] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        if _is_closed(entry) or (_rested_s(entry) > rested_s and not _answers(engine, connection)):
            raise InvalidatePoolError("the connection is dead")

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", taken)


def _is_closed(entry: ConnectionPoolEntry) -> bool:
    driver: Any = entry.driver_connection  # of asyncpg
    return driver is None or bool(driver.is_closed())


def _rested_s(entry: ConnectionPoolEntry) -> float:
    """Zero for a new one."""
    now = time.monotonic()
    left_at: float = entry.info.get(LEFT_AT, now)
    return now - left_at


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except (engine.dialect.loaded_dbapi.Error, OSError):
        return False

"""Until something is so: looked at again and again, never slept through."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S, STEP_S = 20.0, 0.05
# Whether anybody of this database waits for a lock that somebody else holds.
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def soon(look: Callable[[], Awaitable[bool]]) -> bool:
    for _ in range(round(PATIENCE_S / STEP_S)):
        if await look():
            return True
        await asyncio.sleep(STEP_S)
    return False

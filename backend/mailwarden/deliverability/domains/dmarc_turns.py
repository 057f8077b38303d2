"""How many reports an organization may bring: so often, only a few at once, and no more sources than fit into a day.

A hostile file keeps a processor busy for seconds. One after the other is read, and whoever has some waiting already is
refused rather than kept waiting, or their requests would take the places of everybody else's.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from mailwarden.core.errors import TooManyRequests
from mailwarden.core.runtime import Runtime
from mailwarden.providers.budget import Quota
from mailwarden.providers.turns import take_turn

OF_A_MINUTE = (120, 60.0)  # of an organization: somebody may bring the reports of half a year at once
OF_A_DAY = (3000, 86_400.0)
AT_ONCE = 4  # of an organization, in one process
ENOUGH = "Enough reports for now. Again in {seconds} seconds."
SOURCES_OF_A_DAY = 200_000  # of an organization: rows to be kept for more than a year

_reading = asyncio.Semaphore(1)
_inside: Counter[UUID] = Counter()


async def may_bring(rt: Runtime, org_id: UUID) -> None:
    """Raises TooManyRequests."""
    key = key_of(org_id)
    await take_turn(rt.budget, key, Quota(key, *OF_A_MINUTE), Quota(f"{key}:day", *OF_A_DAY), said=ENOUGH)


def key_of(org_id: UUID) -> str:
    return f"dmarc-reports:{org_id}"


@asynccontextmanager
async def place(org_id: UUID) -> AsyncIterator[None]:
    """To read one report in. Raises TooManyRequests."""
    if _inside[org_id] >= AT_ONCE:
        raise enough(5)
    _inside[org_id] += 1
    try:
        async with _reading:
            yield
    finally:
        _inside[org_id] -= 1
        if not _inside[org_id]:
            del _inside[org_id]


def enough(seconds: int) -> TooManyRequests:
    return TooManyRequests(ENOUGH.format(seconds=seconds), headers={"Retry-After": str(seconds)})

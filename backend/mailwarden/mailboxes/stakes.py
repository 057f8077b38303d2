"""What of other features hangs on a connection: asked before a disconnect, answered by whoever registered."""

from collections.abc import Awaitable, Callable, Sequence

from mailwarden.connections.models import Connection
from mailwarden.connections.schemas import PausedCampaign
from mailwarden.core.db import UnitOfWork

# Reads only, in the caller's transaction. Campaigns that would pause if this connection were disconnected now.
Counter = Callable[[UnitOfWork, Connection], Awaitable[Sequence[PausedCampaign]]]
_COUNTERS: list[Counter] = []


def register(counter: Counter) -> Counter:
    """At import, by features above this one. Registering twice counts once."""
    if counter not in _COUNTERS:
        _COUNTERS.append(counter)
    return counter


def unregister(counter: Counter) -> None:
    _COUNTERS.remove(counter)


async def campaigns_at_stake(tx: UnitOfWork, row: Connection) -> list[PausedCampaign]:
    return [campaign for counter in _COUNTERS for campaign in await counter(tx, row)]

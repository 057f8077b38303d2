"""Loading a connection is authorising: whoever gets one may do with it what the route is for."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request

from mailwarden.accounts.caller import Caller, identify, require, require_read
from mailwarden.accounts.rules import who_may
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.core.api import Reader, Rt, Tx
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import RoleRequired
from mailwarden.core.ids import ConnectionId
from mailwarden.core.logging import bind

Load = Callable[..., Awaitable[Connection]]


def owned_connection(permission: str) -> Load:
    """For routes that write. Another organization's connection is a 404, as one that never was."""

    async def load(
        connection_id: ConnectionId, tx: Tx, caller: Annotated[Caller, Depends(require(permission))]
    ) -> Connection:
        bind(connection_id=str(connection_id))
        return await get_connection(tx, caller.org_id, connection_id)

    return load


def readable_connection(permission: str) -> Load:
    """The same inside a read-only transaction."""

    async def load(
        connection_id: ConnectionId, tx: Reader, caller: Annotated[Caller, Depends(require_read(permission))]
    ) -> Connection:
        bind(connection_id=str(connection_id))
        return await get_connection(tx, caller.org_id, connection_id)

    return load


def require_apart(permission: str) -> Callable[..., Awaitable[Caller]]:
    """For routes that call a provider: authenticates in a short transaction that is closed before the route runs."""

    async def caller(request: Request, rt: Rt, after: BackgroundTasks) -> Caller:
        async with unit_of_work(rt.sessions) as tx:
            found = await identify(request, rt, tx, after)
        if not found.may(permission):
            roles = " or ".join(who_may(permission)) or "nobody"
            raise RoleRequired(f"This needs the role {roles}. Ask one of them.", action="ask_owner")
        return found

    caller.permission = permission  # type: ignore[attr-defined]
    return caller

"""Loading a connection is authorising: whoever gets one may do with it what the route is for."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request

from mailwarden.accounts.caller import Caller, allowed, identify, require, require_read
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.slots import is_personal
from mailwarden.core.api import Reader, Rt, Tx
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import AppError, RoleRequired
from mailwarden.core.idempotency.claims import claim
from mailwarden.core.ids import ConnectionId
from mailwarden.core.logging import bind

Load = Callable[..., Awaitable[Connection]]
MANAGE = "connections:write"
OWN = "mailboxes:own"
Own = Annotated[Caller, Depends(require(OWN))]


def not_theirs(caller: Caller, row: Connection) -> AppError | None:
    """Why this caller may not manage it: members manage their own mailboxes, owners and managers all connections."""
    if caller.may(MANAGE):
        return None
    if not is_personal(row.provider):
        return RoleRequired("This connection is the organization's. Ask an owner or manager.", action="ask_owner")
    if row.connected_by != caller.user_id:
        return RoleRequired("This is somebody else's mailbox. Ask them, an owner or a manager.", action="ask_owner")
    return None


def not_theirs_to_connect(caller: Caller, provider: str) -> AppError | None:
    """Members connect mailboxes, owners and managers everything."""
    if caller.may(MANAGE) or is_personal(provider):
        return None
    return RoleRequired("This connection is the organization's. Ask an owner or manager.", action="ask_owner")


async def managed_connection(connection_id: ConnectionId, tx: Tx, caller: Own) -> Connection:
    """For routes that write: the organization's connections for owners and managers, one's own mailbox for members."""
    bind(connection_id=str(connection_id))
    row = await get_connection(tx, caller.org_id, connection_id)
    if refused := not_theirs(caller, row):
        raise refused
    return row


async def managed_apart(connection_id: ConnectionId, request: Request, rt: Rt, after: BackgroundTasks) -> Caller:
    """The same for routes that call a provider: the transaction is closed before the route runs."""
    async with unit_of_work(rt.sessions) as tx:
        caller = allowed(await identify(request, rt, tx, after), OWN)
        row = await get_connection(tx, caller.org_id, connection_id)
        if refused := not_theirs(caller, row):
            raise refused
        await claim(request, rt, tx, caller.org_id, caller.principal)
    return caller


managed_apart.permission = OWN  # type: ignore[attr-defined]


async def who_connects(provider: str, caller: Own) -> Caller:
    """For routes that begin an authorization."""
    if refused := not_theirs_to_connect(caller, provider):
        raise refused
    return caller


async def who_comes_back(provider: str, request: Request, rt: Rt, after: BackgroundTasks) -> Caller:
    """The same for the way back, apart from the route's own transactions."""
    async with unit_of_work(rt.sessions) as tx:
        caller = allowed(await identify(request, rt, tx, after), OWN)
    if refused := not_theirs_to_connect(caller, provider):
        raise refused
    return caller


who_comes_back.permission = OWN  # type: ignore[attr-defined]


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
            found = allowed(await identify(request, rt, tx, after), permission)
            await claim(request, rt, tx, found.org_id, found.principal)
            return found

    caller.permission = permission  # type: ignore[attr-defined]
    return caller

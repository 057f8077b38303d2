"""Connections outlive the people who made them (B45); a provider may still end their grants with their accounts."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import exists, select

from mailwarden.accounts.caller import StatusReader
from mailwarden.accounts.models import Membership
from mailwarden.connections.models import Connection
from mailwarden.connections.present import provider_label
from mailwarden.connections.rules import Status
from mailwarden.core.api import Reader, Wire, errors
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import ConnectionId

router = APIRouter(prefix="/v1/organization", tags=["organizations"])
ADVICE = (
    "It was authorized by somebody who has left. It goes on working, but {provider} may end it with their account "
    "there: let somebody who stays reconnect it."
)
MOST = 500


class LeftConnectionOut(Wire):
    connection_id: ConnectionId
    provider: str
    account_label: str
    status: Status
    advice: str


@router.get("/connections-of-former-members", responses=errors())
async def list_connections_of_former_members(tx: Reader, caller: StatusReader) -> list[LeftConnectionOut]:
    """Not disconnected, and authorized by nobody who is still a member."""
    return [_out(row) for row in await _left_behind(tx, caller.org_id)]


async def _left_behind(tx: UnitOfWork, org_id: UUID) -> list[Connection]:
    stays = exists().where(Membership.org_id == org_id, Membership.user_id == Connection.connected_by)
    asked = select(Connection).where(
        Connection.org_id == org_id,
        Connection.connected_by.is_not(None),
        Connection.status != Status.DISCONNECTED,
        ~stays,
    )
    return list(await tx.session.scalars(asked.order_by(Connection.provider, Connection.account_label).limit(MOST)))


def _out(row: Connection) -> LeftConnectionOut:
    return LeftConnectionOut(
        connection_id=row.id,
        provider=row.provider,
        account_label=row.account_label,
        status=Status(row.status),
        advice=ADVICE.format(provider=provider_label(row.provider)),
    )

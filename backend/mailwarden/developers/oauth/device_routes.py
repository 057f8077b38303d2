from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from mailwarden.accounts.access_models import Grant
from mailwarden.accounts.audit import Target, record
from mailwarden.accounts.caller import Myself, MyselfReading
from mailwarden.accounts.models import Organization
from mailwarden.core.api import Reader, Rt, Tx, Wire, errors
from mailwarden.core.db import app_now
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import DeviceId, OrganizationId
from mailwarden.developers.oauth.clients import client_name
from mailwarden.developers.oauth.tokens import revoke_device

router = APIRouter(prefix="/v1/me/devices", tags=["devices"])


class DeviceOut(Wire):
    """A program that acts for you: the command line, the browser extension."""

    id: DeviceId
    program: str = Field(examples=["Mailwarden command line"])
    name: str = Field(examples=["workstation"])
    organization_id: OrganizationId
    organization_name: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime = Field(description="It must ask again then, however much it is used.")


class DevicesOut(Wire):
    data: list[DeviceOut]


@router.get("", responses=errors())
async def list_devices(tx: Reader, caller: MyselfReading) -> DevicesOut:
    """Your own, in all your organizations; the latest first."""
    joined = select(Grant, Organization.name).join(Organization, Organization.id == Grant.org_id)
    mine = joined.where(Grant.user_id == caller.user_id, Grant.org_id == Organization.id)
    alive = mine.where(Grant.revoked_at.is_(None), Grant.expires_at > app_now(), Grant.last_used_at.is_not(None))
    rows = (await tx.session.execute(alive.order_by(Grant.created_at.desc()))).all()
    return DevicesOut(data=[_device_out(grant, name) for grant, name in rows])


def _device_out(grant: Grant, organization: str) -> DeviceOut:
    return DeviceOut(
        id=grant.id,
        program=client_name(grant.client_id),
        name=grant.device_name,
        organization_id=grant.org_id,
        organization_name=organization,
        scopes=grant.scopes,
        created_at=grant.created_at,
        last_used_at=grant.last_used_at,
        expires_at=grant.expires_at,
    )


@router.delete("/{device_id}", status_code=204, responses=errors(404))
async def revoke_device_access(device_id: DeviceId, rt: Rt, tx: Tx, caller: Myself) -> Response:
    """At once: its next request is refused."""
    name = await revoke_device(rt, tx, caller.user_id, device_id)
    if name is None:
        raise NotFound("There is no such device.")
    await record(tx, "device.disconnected", Target("device", device_id, name))
    return Response(status_code=204)

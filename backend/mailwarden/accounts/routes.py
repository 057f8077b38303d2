from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from mailwarden.accounts import service
from mailwarden.accounts.caller import Caller, Myself, StatusReader, require
from mailwarden.accounts.enter import enter
from mailwarden.accounts.gates import SIGN_UPS, admit_from_network, admit_sign_in
from mailwarden.accounts.schemas import (
    ActiveOrganization,
    MeOut,
    OrganizationOut,
    OrganizationUpdate,
    SignIn,
    SignUp,
)
from mailwarden.accounts.second_step import demand_code
from mailwarden.accounts.sessions import clear_cookie, end_session
from mailwarden.accounts.sign_in import sign_in as check_password
from mailwarden.accounts.sign_up import sign_up as create_account
from mailwarden.accounts.throttle import forgive
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin
from mailwarden.core.etag import IfMatch, etag

router = APIRouter(prefix="/v1", tags=["accounts"])
Manager = Annotated[Caller, Depends(require("organization:write"))]


@router.post("/auth/sign-up", status_code=201, responses=errors(429))
async def sign_up(body: SignUp, request: Request, response: Response, rt: Rt, tx: Tx) -> MeOut:
    """Public. Creates a person, an organization they own, and a session. Says nothing about who has the address."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, SIGN_UPS)
    user_id, org_id = await create_account(rt, tx, body)
    return await enter(rt, tx, request, response, user_id, org_id)


@router.post("/auth/sign-in", responses=errors(429))
async def sign_in(body: SignIn, request: Request, response: Response, rt: Rt, tx: Tx) -> MeOut:
    """Public. Sets the session cookie. 401 `second_factor_required`: send all of it again with a code."""
    check_origin(request, rt.config.base_url)
    gates = await admit_sign_in(rt, request, body.email)
    user_id = await check_password(rt, tx, body.email, body.password.get_secret_value())
    await demand_code(rt, tx, user_id, body.code, gates)
    await forgive(rt, tx, *gates)
    return await enter(rt, tx, request, response, user_id)


@router.post("/auth/sign-out", status_code=204, responses=errors())
async def sign_out(response: Response, rt: Rt, tx: Tx, caller: Myself) -> None:
    await end_session(tx, caller.session_id)
    clear_cookie(rt, response)


@router.get("/me", responses=errors())
async def get_me(rt: Rt, tx: Reader, caller: StatusReader) -> MeOut:
    """Programs get it, too; `csrf_token` is empty for them, `permissions` is what the key may."""
    session_id = caller.session_id if caller.kind == "session" else None
    me = await service.describe_me(rt, tx, caller.user_id, caller.org_id, session_id)
    return me.model_copy(update={"permissions": [one for one in me.permissions if caller.may(one)]})


@router.post("/me/active-organization", responses=errors(404))
async def switch_organization(body: ActiveOrganization, rt: Rt, tx: Tx, caller: Myself) -> MeOut:
    await service.switch_organization(tx, caller.session_id, caller.user_id, body.organization_id)
    return await service.describe_me(rt, tx, caller.user_id, body.organization_id, caller.session_id)


@router.get("/organization", responses=errors())
async def get_organization(response: Response, tx: Reader, caller: StatusReader) -> OrganizationOut:
    row = await service.get_organization(tx, caller.org_id)
    response.headers["ETag"] = etag(row.version)
    return service.organization_out(row)


@router.patch("/organization", responses=errors(412, 428))
async def update_organization(
    caller: Manager, body: OrganizationUpdate, version: IfMatch, response: Response, tx: Tx
) -> OrganizationOut:
    row = await service.update_organization(tx, caller.org_id, version, body.name, body.time_zone)
    response.headers["ETag"] = etag(row.version)
    return service.organization_out(row)

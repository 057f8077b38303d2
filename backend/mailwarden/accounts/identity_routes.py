"""Signing in with an account elsewhere, and which ones are joined to mine."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from mailwarden.accounts import identities, openid
from mailwarden.accounts.account_schemas import (
    AuthorizeOut,
    Code,
    IdentitiesOut,
    IdentityProviderOut,
    IdentityProvidersOut,
    IdentityStart,
    OwnPassword,
)
from mailwarden.accounts.caller import Myself, MyselfReading
from mailwarden.accounts.enter import enter
from mailwarden.accounts.gates import LINKS, admit_from_network
from mailwarden.accounts.identity_flow import SECOND_STEP, Answer, finish, start, waiting_for_code
from mailwarden.accounts.own_password import check_own
from mailwarden.accounts.schemas import MeOut
from mailwarden.accounts.second_step import demand_code
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.csrf import check_origin
from mailwarden.core.ids import IdentityId
from mailwarden.core.landing import local_path

router = APIRouter(prefix="/v1", tags=["accounts"])


@router.get("/auth/identity-providers", responses=errors())
async def list_identity_providers(rt: Rt) -> IdentityProvidersOut:
    """Public. Which buttons to show beside the password."""
    found = [IdentityProviderOut(provider=spec.name, label=spec.label) for spec in openid.offered(rt)]
    return IdentityProvidersOut(data=found)


@router.post("/auth/identity/{provider}", responses=errors(404, 429))
async def start_identity_sign_in(
    provider: str, request: Request, response: Response, rt: Rt, body: IdentityStart | None = None
) -> AuthorizeOut:
    """Public. Where to send the browser. Who comes back unknown gets an account and an organization."""
    check_origin(request, rt.config.base_url)
    await admit_from_network(rt, request, LINKS)
    going_on = local_path(body.next if body else None)
    return AuthorizeOut(authorize_url=start(rt, response, provider, going_on=going_on))


@router.get("/auth/callback/{provider}", status_code=303, response_class=RedirectResponse, responses=errors(404, 429))
async def identity_callback(
    provider: str,
    request: Request,
    rt: Rt,
    state: Annotated[str | None, Query(max_length=500)] = None,
    code: Annotated[str | None, Query(max_length=4000)] = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Public. For the provider's page: leads to where it began, to `/sign-in?second_factor=1`, or to `?error=`."""
    await admit_from_network(rt, request, LINKS)
    return await finish(rt, request, provider, Answer(state, code, error))


@router.post("/auth/second-factor", responses=errors(429))
async def finish_identity_sign_in(body: Code, request: Request, response: Response, rt: Rt, tx: Tx) -> MeOut:
    """Public. The code of somebody who came back from a provider's page and has a second factor."""
    check_origin(request, rt.config.base_url)
    user_id = waiting_for_code(rt, request)
    await demand_code(rt, tx, user_id, body.code)
    SECOND_STEP.take_back(rt, response)
    return await enter(rt, tx, request, response, user_id)


@router.get("/me/identities", responses=errors())
async def list_identities(tx: Reader, caller: MyselfReading) -> IdentitiesOut:
    return await identities.list_identities(tx, caller.user_id)


@router.post("/me/identities/{provider}", responses=errors(404, 429))
async def link_identity(
    provider: str, body: OwnPassword, response: Response, rt: Rt, tx: Tx, caller: Myself
) -> AuthorizeOut:
    """Needs the password. Where to send the browser; it comes back to the account settings."""
    await check_own(rt, tx, caller.user_id, body.current_password.get_secret_value())
    return AuthorizeOut(authorize_url=start(rt, response, provider, caller.user_id))


@router.delete("/me/identities/{identity_id}", status_code=204, responses=errors(404, 409))
async def unlink_identity(identity_id: IdentityId, tx: Tx, caller: Myself) -> None:
    """Refused where nothing else would sign this person in."""
    await identities.unlink(tx, caller.user_id, identity_id)

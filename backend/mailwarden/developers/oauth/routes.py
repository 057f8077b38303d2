"""Our authorization server (RFC 6749, 7636, 7009, 8414, 9207). Outside of `/v1`: it speaks OAuth, not problem+json."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from mailwarden.accounts.rules import SCOPES
from mailwarden.core.api import Rt
from mailwarden.core.db import unit_of_work
from mailwarden.core.limits.passage import admit_stranger
from mailwarden.core.runtime import Runtime
from mailwarden.developers.oauth import tokens
from mailwarden.developers.oauth.asking import NotOurs, Refused, read_form, read_request, way_back
from mailwarden.developers.oauth.deciding import NoBrowser, decide, show
from mailwarden.developers.oauth.pages import dead_end
from mailwarden.developers.scopes import ordered

LARGEST = 16_384


async def stranger(request: Request, rt: Rt) -> None:
    await admit_stranger(request, rt)


router = APIRouter(include_in_schema=False, dependencies=[Depends(stranger)])


@router.get("/.well-known/oauth-authorization-server")
async def metadata(rt: Rt) -> dict[str, Any]:
    """RFC 8414."""
    here = rt.config.base_url
    return {
        "issuer": here,
        "authorization_endpoint": f"{here}/oauth/authorize",
        "token_endpoint": f"{here}/oauth/token",
        "revocation_endpoint": f"{here}/oauth/revoke",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": ordered(SCOPES),
        "service_documentation": f"{here}/docs",
    }


def _back(rt: Runtime, redirect_uri: str, state: str | None, **answer: str) -> Response:
    """303, never 307: a form must not be sent on with what it holds (RFC 9700 §4.12)."""
    return RedirectResponse(way_back(rt, redirect_uri, state, **answer), 303)


@router.get("/oauth/authorize")
async def authorize(request: Request, rt: Rt) -> Response:
    """The consent page; whoever is not signed in does that first."""
    try:
        return await show(request, rt, read_request(rt, request.scope["query_string"]))
    except NotOurs as exc:
        return dead_end(str(exc))
    except Refused as exc:
        return _back(rt, exc.redirect_uri, exc.state, error=exc.error, error_description=str(exc))
    except NoBrowser:
        here = f"/oauth/authorize?{request.url.query}"
        return RedirectResponse(f"/sign-in?next={quote(here, safe='')}", 303)


@router.post("/oauth/authorize")
async def decided(request: Request, rt: Rt) -> Response:
    """What the person chose on the consent page. Everything is checked anew."""
    try:
        asking = read_request(rt, request.scope["query_string"])
        form = read_form(await _body(request))
        code = await decide(request, rt, asking, form)
    except NotOurs as exc:
        return dead_end(str(exc))
    except Refused as exc:
        return _back(rt, exc.redirect_uri, exc.state, error=exc.error, error_description=str(exc))
    except NoBrowser:
        return dead_end("You are no longer signed in.")
    return _back(rt, asking.redirect_uri, asking.state, code=code)


async def _body(request: Request) -> bytes:
    """Raises NotOurs."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise NotOurs("Send application/x-www-form-urlencoded.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise NotOurs("The request is too large.")
    return body


@router.post("/oauth/token")
async def token(request: Request, rt: Rt) -> Response:
    try:
        form = read_form(await _body(request))
    except NotOurs as exc:
        return _refusal(tokens.TokenError("invalid_request", str(exc)))
    async with unit_of_work(rt.sessions) as tx:
        answer = await tokens.answer(rt, tx, form)
    return _refusal(answer) if isinstance(answer, tokens.TokenError) else JSONResponse(answer.body())


def _refusal(found: tokens.TokenError) -> Response:
    return JSONResponse({"error": found.error, "error_description": found.description}, 400)


@router.post("/oauth/revoke")
async def revoke(request: Request, rt: Rt) -> Response:
    """RFC 7009: 200 whether or not the token was known."""
    try:
        form = read_form(await _body(request))
    except NotOurs as exc:
        return _refusal(tokens.TokenError("invalid_request", str(exc)))
    async with unit_of_work(rt.sessions) as tx:
        await tokens.revoke_by_token(rt, tx, form)
    return Response(status_code=200)

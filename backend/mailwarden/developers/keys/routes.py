from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from mailwarden.accounts.caller import Caller, StatusReader, require, require_read
from mailwarden.accounts.rules import KEYS, SCOPES
from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.ids import ApiKeyId
from mailwarden.developers.keys import service
from mailwarden.developers.keys.schemas import (
    ApiKeyCreate,
    ApiKeyRotate,
    ApiKeysOut,
    NewApiKeyOut,
    ScopeOut,
    ScopesOut,
)
from mailwarden.developers.scopes import describe, ordered

router = APIRouter(prefix="/v1", tags=["API keys"])
Keeper = Annotated[Caller, Depends(require(KEYS))]


@router.get("/api-keys", responses=errors())
async def list_api_keys(rt: Rt, tx: Reader, caller: Annotated[Caller, Depends(require_read(KEYS))]) -> ApiKeysOut:
    """The organization's keys, newest first; secrets are never shown again."""
    return ApiKeysOut(data=await service.list_keys(rt, tx, caller.org_id))


@router.post("/api-keys", status_code=201, responses=errors(409))
async def create_api_key(body: ApiKeyCreate, rt: Rt, tx: Tx, caller: Keeper) -> NewApiKeyOut:
    """The answer holds the secret, this once. A key never may more than its maker's role allows at the time."""
    key, secret = await service.create(rt, tx, caller, body)
    return NewApiKeyOut(key=key, secret=secret)


@router.post("/api-keys/{key_id}/rotate", status_code=201, responses=errors(404, 409))
async def rotate_api_key(key_id: ApiKeyId, body: ApiKeyRotate, rt: Rt, tx: Tx, caller: Keeper) -> NewApiKeyOut:
    """A new key with the same name and limits. The old one works on for the overlap, so that nothing stops."""
    key, secret = await service.rotate(rt, tx, caller, key_id, timedelta(hours=body.overlap_hours))
    return NewApiKeyOut(key=key, secret=secret)


@router.delete("/api-keys/{key_id}", status_code=204, responses=errors(404))
async def revoke_api_key(key_id: ApiKeyId, rt: Rt, tx: Tx, caller: Keeper) -> Response:
    """At once, and for good."""
    await service.revoke(rt, tx, caller.org_id, key_id)
    return Response(status_code=204)


@router.get("/api-scopes", responses=errors())
async def list_api_scopes(caller: StatusReader) -> ScopesOut:
    """Everything a key or a program can be granted."""
    scopes = ordered(SCOPES)
    return ScopesOut(data=[ScopeOut(scope=one, description=describe(one), grantable=caller.may(one)) for one in scopes])

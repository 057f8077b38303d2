"""The control API as an application of its own, under ``/_sandbox``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException

from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.control.accounts import accounts_router
from mailwarden_sandbox.control.comebacks import comebacks_router
from mailwarden_sandbox.control.dns import dns_router
from mailwarden_sandbox.control.faults import faults_router
from mailwarden_sandbox.control.google import google_router
from mailwarden_sandbox.control.host import Desk, Host
from mailwarden_sandbox.control.mail import mail_router
from mailwarden_sandbox.control.schemas import ClientCreate, ClockMove, Quotas, Reset
from mailwarden_sandbox.control.stripe import stripe_router
from mailwarden_sandbox.control.webhooks import webhooks_router
from mailwarden_sandbox.provider import Provider


def create_control(host: Host, providers: Mapping[str, Provider]) -> FastAPI:
    desk = Desk(host, providers)
    app = FastAPI(
        title="Provider sandbox", docs_url="/_sandbox/docs", openapi_url="/_sandbox/openapi.json", redoc_url=None
    )
    for make in (
        accounts_router,
        faults_router,
        webhooks_router,
        _log_router,
        _clock_router,
        _setup_router,
        mail_router,
        comebacks_router,
        dns_router,
        google_router,
        stripe_router,
    ):
        app.include_router(make(desk), prefix="/_sandbox")
    return app


def _log_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/requests", tags=["requests"])

    @router.get("")
    async def list_requests(
        provider: str | None = None,
        account: str | None = None,
        path: str | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> dict[str, Any]:
        """``path`` is a part of the path, ``after`` the number of the last call already seen."""
        return {
            "requests": desk.world.log.listed(provider=provider, account=account, path=path, after=after, limit=limit)
        }

    @router.delete("", status_code=204)
    async def clear_requests() -> None:
        desk.world.log.clear()

    return router


def _clock_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/clock", tags=["clock"])

    def shown() -> dict[str, Any]:
        world = desk.world
        return {"now": iso_millis(world.now()), "offset_s": world.clock.offset_s}

    @router.get("")
    async def get_clock() -> dict[str, Any]:
        return shown()

    @router.post("")
    async def move_clock(body: ClockMove) -> dict[str, Any]:
        if (body.advance_s is None) == (body.offset_s is None):
            raise HTTPException(422, "give either advance_s or offset_s")
        world = desk.world
        world.move_clock(world.clock.offset_s + (body.advance_s or 0.0) if body.offset_s is None else body.offset_s)
        return shown()

    return router


def _setup_router(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["setup"])

    @router.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "seed": desk.host.config.seed, "providers": list(desk.providers)}

    @router.post("/clients", status_code=201)
    async def create_client(body: ClientCreate) -> dict[str, Any]:
        desk.provider(body.provider)
        uris = tuple(body.redirect_uris) if body.redirect_uris is not None else None
        scopes = frozenset(body.scopes) if body.scopes is not None else None
        client = desk.world.add_client(body.provider, body.client_id, body.client_secret, uris, scopes)
        return {"provider": client.provider, "client_id": client.client_id, "app_id": client.app_id}

    @router.post("/quotas")
    async def switch_quotas(body: Quotas) -> dict[str, Any]:
        desk.world.quotas = body.enabled
        return {"enabled": body.enabled}

    @router.post("/reset")
    async def reset(body: Reset | None = None) -> dict[str, Any]:
        """Forget everything, the moved clock included, and begin anew."""
        changes = body.model_dump(exclude_none=True) if body else {}
        desk.host.reset(replace(desk.host.config, **changes))
        return {"seed": desk.host.config.seed}

    return router

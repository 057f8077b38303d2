"""What was pushed to apps, and what came of it."""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from mailwarden_sandbox.config import DEFAULT_CLIENT_ID
from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.webhooks.emit import TOPICS, Target, Targets, emit


class TargetCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    provider: str
    url: str
    client_id: str = DEFAULT_CLIENT_ID
    account: str | None = None
    """Klaviyo's addresses belong to one account, HubSpot's to the whole app."""
    secret: str | None = None
    """Klaviyo: of this address. HubSpot signs with the client's own."""


class EventsCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    topic: str | None = None
    count: int = Field(default=1, ge=1, le=100_000)


def webhooks_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])

    @router.get("/deliveries")
    async def list_deliveries(
        provider: str | None = None, account: str | None = None, state: str | None = None, after: int = 0
    ) -> dict[str, Any]:
        """``state``: waiting, held, delivered, failed or dropped."""
        found = [
            d.shown()
            for d in desk.world.outbox.deliveries
            if provider in (None, d.provider)
            and account in (None, d.account)
            and state in (None, d.state)
            and d.number > after
        ]
        return {"deliveries": found}

    @router.post("/flush")
    async def flush() -> dict[str, Any]:
        """Send everything that is due, and answer when that is done."""
        return {"attempts": await desk.world.outbox.flush()}

    @router.post("/targets", status_code=201)
    async def add_target(body: TargetCreate) -> dict[str, Any]:
        """Where HubSpot's or Klaviyo's events go; the other providers are asked over their own APIs."""
        client = desk.world.client(body.provider, body.client_id)
        if body.provider not in TOPICS or client is None:
            raise HTTPException(422, f"targets exist for {', '.join(TOPICS)} and known clients")
        secret = body.secret or client.client_secret
        desk.world.part(Targets).all.append(Target(body.provider, body.client_id, body.account, body.url, secret))
        return {"targets": len(desk.world.part(Targets).all)}

    @router.post("/events/{provider}/{external_id}", status_code=201)
    async def send_events(provider: str, external_id: str, body: EventsCreate) -> dict[str, Any]:
        """Something happened in the account, so often."""
        if provider not in TOPICS:
            raise HTTPException(422, f"events are made here for {', '.join(TOPICS)}")
        sent = emit(desk.world, desk.account(provider, external_id), body.topic, body.count)
        return {"deliveries": [delivery.number for delivery in sent]}

    return router

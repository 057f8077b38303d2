"""Where Google's pushes go: what the app's owner enters in Google's consoles."""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from mailwarden_sandbox.config import DEFAULT_CLIENT_ID
from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.google import risc
from mailwarden_sandbox.google.state import GoogleState, Push, Receiver


class PushCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    topic: str
    url: str
    audience: str
    sender: str = "mail-push@sandbox-project.iam.gserviceaccount.com"
    """The service account that the push is signed for."""


class ReceiverCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    client_id: str = DEFAULT_CLIENT_ID
    url: str


class EventCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    client_id: str = DEFAULT_CLIENT_ID
    event: str
    """Its last part: ``tokens-revoked``, ``token-revoked``, ``account-disabled``, …"""
    hashed: bool = False
    """A ``token-revoked`` that names its token by hash, not by prefix."""
    reason: str | None = None
    state: str | None = None


def google_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/google", tags=["google"])

    @router.put("/pubsub", status_code=204)
    async def set_push(body: PushCreate) -> None:
        """The push subscription of a topic that mailboxes are watched through."""
        desk.world.part(GoogleState).pushes[body.topic] = Push(body.url, body.audience, body.sender)

    @router.put("/risc", status_code=204)
    async def set_receiver(body: ReceiverCreate) -> None:
        """Where security events of an app's users go; the faults of accounts send them by themselves."""
        desk.world.part(GoogleState).receivers[body.client_id] = Receiver(body.client_id, body.url)

    @router.post("/accounts/{external_id}/events", status_code=201)
    async def send_event(external_id: str, body: EventCreate) -> dict[str, Any]:
        """One security event, whatever is true of the account."""
        account, world = desk.account("google", external_id), desk.world
        receiver = world.part(GoogleState).receivers.get(body.client_id)
        if receiver is None or body.event not in risc.EVENTS:
            raise HTTPException(422, f"no receiver for this app, or no event of {', '.join(sorted(risc.EVENTS))}")
        grants = [g for g in world.tokens.of_account(account) if g.client_id == body.client_id]
        about = {"state": body.state or ""} if body.event == "verification" else risc.about_person(account, body.reason)
        if body.event == "token-revoked" and grants:
            about = risc.about_token(grants[-1].refresh_token, hashed=body.hashed)
        risc.tell(world, receiver, account, body.event, about)
        return {"event": body.event}

    return router

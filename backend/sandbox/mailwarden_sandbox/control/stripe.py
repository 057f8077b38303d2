"""Stripe's dashboard, as far as tests need it: the webhook endpoint, cards, and what is due by the clock."""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.stripe.engine import settle
from mailwarden_sandbox.stripe.state import Endpoint, StripeState


class EndpointIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: str
    secret: str


class CardIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    declined: bool


def stripe_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/stripe", tags=["stripe"])

    @router.put("/endpoint", status_code=204)
    async def set_endpoint(body: EndpointIn) -> None:
        """Where events go. Without one they are only kept."""
        desk.world.part(StripeState).endpoint = Endpoint(body.url, body.secret)

    @router.put("/customers/{customer}/card", status_code=204)
    async def set_card(customer: str, body: CardIn) -> None:
        state = desk.world.part(StripeState)
        if customer not in state.customers:
            raise HTTPException(404, f"no customer {customer!r}")
        (state.declining.add if body.declined else state.declining.discard)(customer)

    @router.post("/settle")
    async def do_what_is_due() -> dict[str, Any]:
        """Renewals, tries and ends that the clock has reached; every call of the API does so, too."""
        settle(desk.world)
        return {"events": len(desk.world.part(StripeState).events)}

    @router.get("")
    async def get_truth() -> dict[str, Any]:
        state = desk.world.part(StripeState)
        return {name: list(getattr(state, name).values()) for name in ("customers", "subscriptions", "invoices")}

    return router

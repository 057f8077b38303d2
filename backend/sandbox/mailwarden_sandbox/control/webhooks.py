"""What was pushed to apps, and what came of it."""

from typing import Any

from fastapi import APIRouter

from mailwarden_sandbox.control.host import Desk


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

    return router

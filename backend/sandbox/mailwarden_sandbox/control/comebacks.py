"""What comes back of sent mail: wishes for addresses, and something that comes back now."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict

from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.data.mailbox import INBOX
from mailwarden_sandbox.mail.comebacks import Comebacks, Wish, come_back, latest

Kind = Literal[
    "bounce-hard", "bounce-soft", "bounce-full", "bounce-policy", "bounce-delay", "complaint", "autoreply", "reply"
]
Style = Literal["postfix", "gmail", "exchange", "qmail", "exim"]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")
    address: str
    """May hold ``*``."""
    kind: Kind | None = None
    """None: nothing comes back, whatever the address says."""
    style: Style | None = None


class Now(BaseModel):
    model_config = ConfigDict(extra="forbid")
    recipient: str
    kind: Kind
    style: Style | None = None
    folder: str = INBOX


def comebacks_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/mail/comebacks", tags=["mail"])

    @router.put("")
    async def want(body: Wanted) -> dict[str, Any]:
        """From now on, for mail to this address."""
        wishes = desk.world.part(Comebacks).wishes
        wishes.pop(body.address.lower(), None)
        wishes[body.address.lower()] = Wish(body.kind, body.style)
        return {"wishes": {address: {"kind": w.kind, "style": w.style} for address, w in wishes.items()}}

    @router.delete("", status_code=204)
    async def forget() -> None:
        desk.world.part(Comebacks).wishes.clear()

    @router.post("", status_code=201)
    async def now(body: Now) -> dict[str, Any]:
        """About the latest mail that was sent to this recipient, into its sender's mailbox."""
        sent = latest(desk.world, body.recipient)
        if sent is None:
            raise HTTPException(404, f"nothing was sent to {body.recipient}")
        key = come_back(desk.world, sent, body.kind, body.style, body.folder)
        return {"provider": sent.sender.provider, "account": sent.sender.external_id, "key": key}

    return router

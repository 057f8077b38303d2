"""The route behind "ask an owner"."""

from typing import Annotated

from fastapi import APIRouter, Depends

from mailwarden.accounts.caller import Caller, require
from mailwarden.connections.schemas import AskedOut, WishIn
from mailwarden.connections.wishes import ask_for
from mailwarden.core.api import Rt, Tx, errors

router = APIRouter(prefix="/v1/organization", tags=["organizations"])
Asking = Annotated[Caller, Depends(require("connections:ask"))]


@router.post("/ask", responses=errors(404, 409, 429))
async def ask_owner(body: WishIn, rt: Rt, tx: Tx, caller: Asking) -> AskedOut:
    """For whoever may not do something: tells those who may, by one alert and one mail a day for it at most."""
    return await ask_for(rt, tx, caller, body)

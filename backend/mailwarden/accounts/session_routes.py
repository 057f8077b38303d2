"""Where I am signed in."""

from fastapi import APIRouter

from mailwarden.accounts import own_sessions
from mailwarden.accounts.account_schemas import SessionsOut
from mailwarden.accounts.caller import Myself, MyselfReading
from mailwarden.core.api import Reader, Tx, errors
from mailwarden.core.ids import SessionId

router = APIRouter(prefix="/v1", tags=["accounts"])


@router.get("/me/sessions", responses=errors())
async def list_sessions(tx: Reader, caller: MyselfReading) -> SessionsOut:
    """Every browser that is signed in to this account, whichever organization it works in."""
    return await own_sessions.list_sessions(tx, caller.user_id, caller.session_id)


@router.delete("/me/sessions/{session_id}", status_code=204, responses=errors(404))
async def end_session(session_id: SessionId, tx: Tx, caller: Myself) -> None:
    """Signs that browser out at its next request; also the current one."""
    await own_sessions.end_one(tx, caller.user_id, session_id)


@router.delete("/me/sessions", status_code=204, responses=errors())
async def end_other_sessions(tx: Tx, caller: Myself) -> None:
    """Signs every other browser out."""
    await own_sessions.end_others(tx, caller.user_id, caller.session_id)

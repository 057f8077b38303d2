from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query

from mailwarden.accounts.caller import DataReader
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import AppError, Invalid
from mailwarden.core.ids import EventId
from mailwarden.developers.events import queries
from mailwarden.developers.events.public import public
from mailwarden.developers.events.schemas import EventOut, EventPageOut, EventQuery, EventTypeOut, EventTypesOut
from mailwarden.events.models import Event
from mailwarden.events.types import DESCRIPTIONS

router = APIRouter(prefix="/v1", tags=["events"])


class NoLongerKept(AppError):
    status: ClassVar[int] = 410
    code = "events_no_longer_kept"
    title: ClassVar[str] = "These events are no longer kept"


def event_out(event: Event) -> EventOut:
    return EventOut.model_validate(public(event))


@router.get("/events", responses=errors(400, 410))
async def list_events(rt: Rt, tx: Reader, caller: DataReader, page: Annotated[EventQuery, Query()]) -> EventPageOut:
    """The organization's events of 30 days at least, without gaps and in order.

    Ascending from the oldest one; keep `next_cursor` and come back with it, also when `has_more` is false. A position
    whose next event is no longer kept is answered with 410, so that a gap is never taken for silence.
    """
    scope = f"events|{page.order}"
    start = _start(page, rt.cursors.decode(caller.org_id, scope, page.cursor)[0] if page.cursor else None)
    if page.order == "desc":
        before = start if start is not None else await queries.horizon(tx, caller.org_id) + 1
        rows, more = await queries.read_backward(tx, caller.org_id, page, before)
        following = rows[-1].position if more else None
    else:
        until = await queries.horizon(tx, caller.org_id)
        after = await _checked(tx, caller.org_id, start, until)
        rows, more = await queries.read_forward(tx, caller.org_id, page, after, until)
        following = rows[-1].position if more else until
    cursor = rt.cursors.encode(caller.org_id, scope, [following]) if following is not None else None
    return EventPageOut(data=[event_out(row) for row in rows], has_more=more, next_cursor=cursor)


def _start(page: EventQuery, cursor: int | None) -> int | None:
    if cursor is not None and page.after is not None:
        problem = {"pointer": "#/after", "code": "either", "detail": "Send a cursor or a sequence number, not both."}
        raise Invalid("Two places to start from.", errors=[problem])
    return cursor if cursor is not None else page.after


async def _checked(tx: UnitOfWork, org_id: UUID, after: int | None, until: int) -> int:
    """Without a place to start from: whatever is kept."""
    if after is None:
        return 0
    oldest = await queries.oldest_kept(tx, org_id)
    if after < until and after + 1 < (oldest or until + 1):
        raise NoLongerKept(f"The oldest event that is kept has the sequence number {oldest or until + 1}.")
    return after


@router.get("/events/{event_id}", responses=errors(404))
async def get_event(event_id: EventId, tx: Reader, caller: DataReader) -> EventOut:
    return event_out(await queries.get_event(tx, caller.org_id, event_id))


@router.get("/event-types", responses=errors())
async def list_event_types(_: DataReader) -> EventTypesOut:
    """All types that the stream holds and endpoints can choose from."""
    return EventTypesOut(data=[EventTypeOut(type=type, description=text) for type, text in DESCRIPTIONS.items()])

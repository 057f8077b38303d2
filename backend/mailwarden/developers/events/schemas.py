from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import ConfigDict

from mailwarden.core.api import Wire
from mailwarden.core.ids import ConnectionId, EventId
from mailwarden.core.paging import PageQuery
from mailwarden.events.types import EventType

MOST_TYPES = 50
Sequence = Annotated[int, Query(ge=0, le=2**62)]


class EventQuery(PageQuery):
    """``after``: instead of a cursor, the sequence number of the last event that the caller has."""

    type: Annotated[list[EventType] | None, Query(max_length=MOST_TYPES)] = None
    connection_id: ConnectionId | None = None
    after: Sequence | None = None
    order: Literal["asc", "desc"] = "asc"


class EventOut(Wire):
    """``sequence`` numbers the organization's events from 1 without gaps, in the order in which they came to be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "evt_0190b6a7c1de7f3a8d5e4b2c9f017a36",
                    "sequence": 41,
                    "type": "connection.recovered",
                    "created_at": "2026-12-01T09:00:00Z",
                    "connection_id": "conn_0190b6a7c1de7f3a8d5e4b2c9f017a36",
                    "subject_id": "epi_0190b6a7c1de7f3a8d5e4b2c9f017a36",
                    "data": {"provider": "hubspot", "account_label": "acme.example", "status": "connected"},
                }
            ]
        }
    )
    id: EventId
    sequence: int
    type: EventType
    created_at: datetime
    connection_id: ConnectionId | None
    subject_id: str | None
    data: dict[str, Any]


class EventPageOut(Wire):
    """``next_cursor`` is always there: with it the caller comes back later for what happened meanwhile.

    Descending, it is null once the oldest event has been given.
    """

    data: list[EventOut]
    has_more: bool
    next_cursor: str | None


class EventTypeOut(Wire):
    type: EventType
    description: str


class EventTypesOut(Wire):
    data: list[EventTypeOut]

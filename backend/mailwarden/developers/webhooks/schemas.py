from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from mailwarden.core.api import Wire
from mailwarden.core.ids import DeliveryId, EndpointId, EventId
from mailwarden.core.mime import CONTROL
from mailwarden.core.moments import Moment
from mailwarden.core.paging import PageQuery
from mailwarden.events.types import EventType

Status = Literal["pending", "delivered", "failed"]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048)]


def _on_one_line(value: str) -> str:
    """It ends up in letters and logs."""
    if CONTROL.search(value):
        raise ValueError("use plain text on one line")
    return value


Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_on_one_line)]


def _sorted(types: list[EventType]) -> list[EventType]:
    return sorted(set(types))


EventTypes = Annotated[list[EventType], Field(max_length=100), AfterValidator(_sorted)]


class EndpointCreate(Wire):
    """``event_types`` empty: all of them, also those that will be added later."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://crm.example.com/hooks/mailwarden",
                    "description": "CRM",
                    "event_types": ["connection.inactive", "connection.recovered"],
                }
            ]
        }
    )
    url: Url
    description: Description = ""
    event_types: EventTypes = Field(default_factory=list)


class EndpointUpdate(Wire):
    """Only what is given changes. Disabled, an endpoint keeps its events; enabled again, it gets those of 30 days."""

    url: Url | None = None
    description: Description | None = None
    event_types: EventTypes | None = None
    enabled: bool | None = None


class EndpointOut(Wire):
    """``health``: ``failing`` since ``failing_since`` nothing was accepted. ``pending`` deliveries will be tried again.

    ``rest_until``: nothing is sent before, since the endpoint asked for it or failed too often.
    """

    id: EndpointId
    url: str
    description: str
    event_types: list[EventType]
    enabled: bool
    disabled_reason: Literal["member", "gone"] | None
    disabled_at: datetime | None
    health: Literal["untried", "working", "failing"]
    failing_since: datetime | None
    alerted_at: datetime | None
    rest_until: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_error: str | None
    previous_secret_until: datetime | None
    pending: int
    failed: int
    version: int
    created_at: datetime


class EndpointSecretOut(EndpointOut):
    """The only answer that holds the secret: it is not shown again."""

    secret: str


class EndpointsOut(Wire):
    data: list[EndpointOut]


class AttemptOut(Wire):
    """``error``: why it did not count as delivered; null if it did.

    One of ``http_status`` (not 2xx), ``timeout``, ``unreachable``, ``answer_too_large``, ``interrupted`` (our worker
    died after it had begun) and ``secret_unreadable``.
    """

    at: datetime
    http_status: int | None
    duration_ms: int | None
    error: str | None


class DeliveryOut(Wire):
    """``message_id`` is the ``webhook-id`` that every attempt carries; for events it is the event's id."""

    id: DeliveryId
    endpoint_id: EndpointId
    event_id: EventId | None
    message_id: str
    event_type: str
    sequence: int | None
    status: Status
    tries: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    last_attempt: AttemptOut | None


class DeliveryDetailOut(DeliveryOut):
    """``attempts``: the latest fifty, oldest first."""

    attempts: list[AttemptOut]


class DeliveryQuery(PageQuery):
    status: Status | None = None
    event_type: EventType | None = None


class ReplayAll(Wire):
    """Everything that was given up or is waiting for its next attempt, of events since then."""

    since: Moment


class ReplayedOut(Wire):
    replayed: int

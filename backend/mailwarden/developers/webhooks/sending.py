"""One attempt: the bytes go out once, and any answer but 2xx within 20 seconds is a failure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx

from mailwarden.core.http import Answer, BodyTooLarge, NoAnswer, send_once
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks.rules import DEADLINE_S, is_delivered, retry_after_s
from mailwarden.developers.webhooks.signing import signed_headers

MOST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Parcel:
    delivery_id: UUID
    message_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """``error`` None: delivered. Of the answer's text nothing is kept: it could be some inner service's."""

    parcel: Parcel
    at: datetime
    status: int | None
    error: str | None
    duration_ms: int | None = None
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """What goes to one endpoint side by side. No ``secrets``: they could not be opened."""

    url: str
    secrets: Sequence[str] = field(repr=False)
    parcels: Sequence[Parcel]


async def send(rt: Runtime, http: httpx.AsyncClient, load: Load, parcel: Parcel) -> Outcome:
    at = rt.clock.now()
    if not load.secrets:
        return Outcome(parcel, at, None, "secret_unreadable")
    headers = signed_headers(load.secrets, parcel.message_id, at, parcel.body)
    headers |= {"content-type": "application/json", "user-agent": f"Mailwarden-Webhooks/{rt.config.version}"}
    try:
        request = http.build_request("POST", load.url, headers=headers, content=parcel.body)
        answer = await send_once(http, request, deadline_s=DEADLINE_S, max_bytes=MOST_ANSWER)
    except httpx.InvalidURL:
        return Outcome(parcel, at, None, "unreachable")
    except NoAnswer as exc:
        return Outcome(parcel, at, None, _why(exc))
    return _judge(rt, parcel, at, answer)


def _judge(rt: Runtime, parcel: Parcel, at: datetime, answer: Answer) -> Outcome:
    error = None if is_delivered(answer.status) else "http_status"
    wait_s = retry_after_s(answer.status, answer.headers.get("retry-after"), rt.clock.now())
    return Outcome(parcel, at, answer.status, error, answer.duration_ms, wait_s)


def _why(exc: NoAnswer) -> str:
    """Coarse on purpose, and without a duration: neither may tell which hosts and ports there are in our network."""
    if isinstance(exc.__cause__, TimeoutError) and exc.sent:
        return "timeout"
    return "answer_too_large" if isinstance(exc.__cause__, BodyTooLarge) else "unreachable"

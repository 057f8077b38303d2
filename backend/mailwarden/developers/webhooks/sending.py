"""One attempt: the bytes go out once, and any answer but 2xx within 20 seconds is a failure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx

from mailwarden.core.outside.posting import post_json
from mailwarden.core.outside.signing import signed_headers
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks.rules import DEADLINE_S


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
    headers |= {"user-agent": f"Mailwarden-Webhooks/{rt.config.version}"}
    posted = await post_json(rt, http, load.url, parcel.body, headers, DEADLINE_S)
    return Outcome(parcel, at, posted.status, posted.error, posted.duration_ms, posted.retry_after_s)

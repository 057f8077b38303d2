"""Subscriptions to changes at Graph. It calls both addresses back while it answers the request that makes one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailwarden.providers.base import Api, WritingApi
from mailwarden.providers.reading import garbled, moment, text

SUBSCRIPTIONS = "/v1.0/subscriptions"
LONGEST = timedelta(minutes=10_080)
MARGIN = timedelta(minutes=5)  # two clocks: what is a little too long is refused
INBOX = "me/mailFolders('inbox')/messages"


@dataclass(frozen=True, slots=True)
class Subscribed:
    external_id: str
    expires_at: datetime


async def subscribe(api: WritingApi, url: str, secret: str, now: datetime) -> Subscribed:
    """The secret comes back in every push (``clientState``, at most 128 characters)."""
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": url,
        "lifecycleNotificationUrl": url,  # can be given now or never
        "resource": INBOX,
        "expirationDateTime": _end(now),
        "clientState": secret,
    }
    return _subscribed(await api.write("POST", SUBSCRIPTIONS, body))


async def renew(api: WritingApi, external_id: str, now: datetime) -> Subscribed:
    """ObjectGone: it ended, and has to be made anew."""
    body = {"expirationDateTime": _end(now)}
    return _subscribed(await api.write("PATCH", f"{SUBSCRIPTIONS}/{external_id}", body))


async def reauthorize(api: WritingApi, external_id: str) -> None:
    await api.write("POST", f"{SUBSCRIPTIONS}/{external_id}/reauthorize")


async def unsubscribe(api: WritingApi, external_id: str) -> None:
    await api.write("DELETE", f"{SUBSCRIPTIONS}/{external_id}")


async def find(api: Api, external_id: str) -> Subscribed:
    return _subscribed(await api.get(f"{SUBSCRIPTIONS}/{external_id}"))


def _end(now: datetime) -> str:
    return (now.astimezone(UTC) + LONGEST - MARGIN).isoformat(timespec="seconds").replace("+00:00", "Z")


def _subscribed(answer: Any) -> Subscribed:
    external_id = text(answer, "id")
    expires_at = moment(text(answer, "expirationDateTime"))
    if external_id is None or expires_at is None:
        raise garbled(SUBSCRIPTIONS, "a subscription without id or end")
    return Subscribed(external_id, expires_at)

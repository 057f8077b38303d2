"""Keap's REST hooks: one event per subscription. Deliveries are unsigned, so each address holds a secret of ours."""

from dataclasses import dataclass
from enum import StrEnum

from mailwarden.providers.base import Api, WritingApi
from mailwarden.providers.reading import Row, garbled, text

HOOKS = "/crm/rest/v1/hooks"
EVENTS = ("contact.add", "contact.edit", "contact.delete", "contact.redact")
"""There are none about e-mails. ``contact.redact`` is an erasure for privacy."""


class HookStatus(StrEnum):
    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    INACTIVE = "inactive"  # four deliveries failed, or one was answered 410: verifying wakes it


@dataclass(frozen=True, slots=True)
class HookSubscription:
    key: str
    event: str
    url: str
    status: HookStatus


async def subscribe(api: WritingApi, event: str, url: str) -> HookSubscription:
    """Keap then posts a secret to ``url``, which must answer 200 and echo it in the header ``X-Hook-Secret``."""
    return to_hook(await api.write("POST", HOOKS, {"eventKey": event, "hookUrl": url}))


async def subscriptions(api: Api) -> list[HookSubscription]:
    """Of this tenant and our app, with their status."""
    found = await api.get(HOOKS)
    if not isinstance(found, list):
        raise garbled(HOOKS, "no list of hooks in the answer")
    return [to_hook(row) for row in found]


async def verify(api: WritingApi, key: str) -> HookSubscription:
    """Have the handshake done again."""
    return to_hook(await api.write("POST", f"{HOOKS}/{key}/verify"))


async def unsubscribe(api: WritingApi, key: str) -> None:
    """ObjectGone if it is not there any more."""
    await api.write("DELETE", f"{HOOKS}/{key}")


def to_hook(row: Row) -> HookSubscription:
    key, event, url = (text(row, name) for name in ("key", "eventKey", "hookUrl"))
    if not key or not event or not url:
        raise garbled(HOOKS, "a hook without key, event or address")
    status = (text(row, "status") or "").lower()
    known = status in set(HookStatus)
    return HookSubscription(key, event, url, HookStatus(status) if known else HookStatus.UNVERIFIED)

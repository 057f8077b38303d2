"""Events of HubSpot and Klaviyo, for the addresses that apps have declared.

HubSpot pushes changes of CRM objects, never e-mails, installs or uninstalls (those stand in its journal). Klaviyo
pushes what happens to messages, and never the end of a grant.
"""

import base64
import hmac
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.clock import iso_offset
from mailwarden_sandbox.data.book import Status
from mailwarden_sandbox.webhooks.outbox import Delivery, MakeHeaders
from mailwarden_sandbox.webhooks.send import deliver

if TYPE_CHECKING:  # the world holds an outbox
    from mailwarden_sandbox.world import World

WRONG_CLOCK_S = -5 * 3600
"""Klaviyo's timestamp header: local time, labelled GMT."""
TOPICS = {"hubspot": "contact.propertyChange", "klaviyo": "event:klaviyo.received_email"}
BATCH = 100


@dataclass(frozen=True, slots=True)
class Target:
    """HubSpot: one for the whole app, signed with its client secret. Klaviyo: one for an account, with its own."""

    provider: str
    client_id: str
    account: str | None
    url: str
    secret: str


@dataclass
class Targets:
    all: list[Target] = field(default_factory=list)
    last_event: int = 0

    def of(self, account: Account) -> list[Target]:
        return [t for t in self.all if t.provider == account.provider and t.account in (None, account.external_id)]


def emit(world: "World", account: Account, topic: str | None = None, count: int = 1) -> list[Delivery]:
    """``count`` events, pushed in batches to every address that hears of this account."""
    targets = world.part(Targets)
    name = topic or TOPICS[account.provider]
    numbers = [targets.last_event + n + 1 for n in range(count)]
    targets.last_event += count
    sent = []
    for target in targets.of(account):
        for start in range(0, count, BATCH):
            sent.append(_push(world, target, account, name, numbers[start : start + BATCH]))
    return sent


def tell_of_campaigns(world: "World", account: Account, status: Status, count: int) -> None:
    """A campaign that was sent: at Klaviyo its messages are events."""
    if account.provider == "klaviyo" and status is Status.SENT and count:
        emit(world, account, count=count)


def _push(world: "World", target: Target, account: Account, topic: str, numbers: list[int]) -> Delivery:
    make = _from_hubspot if target.provider == "hubspot" else _from_klaviyo
    body, headers = make(world, target, account, topic, numbers)
    return deliver(world, target.provider, account, target.url, body, headers, topic=topic)


def _from_hubspot(
    world: "World", target: Target, account: Account, topic: str, numbers: list[int]
) -> tuple[bytes, MakeHeaders]:
    client = world.client("hubspot", target.client_id)
    items: list[dict[str, Any]] = [
        {
            "eventId": number, "subscriptionId": 1, "portalId": int(account.external_id), "objectId": 1000 + number,
            "appId": client.app_id if client else 0, "occurredAt": round(world.now() * 1000), "changeSource": "CRM",
            "subscriptionType": topic, "attemptNumber": 0,
        }
        for number in numbers
    ]  # fmt: skip
    body = json.dumps(items).encode()

    def headers(at: float) -> dict[str, str]:
        """The old signature goes along, as HubSpot still sends it."""
        stamp = str(round(at * 1000))
        message = b"POST" + target.url.encode() + body + stamp.encode()
        signed = hmac.new(target.secret.encode(), message, sha256).digest()
        return {
            "content-type": "application/json",
            "x-hubspot-signature": sha256(target.secret.encode() + body).hexdigest(),
            "x-hubspot-signature-version": "v1",
            "x-hubspot-signature-v3": base64.b64encode(signed).decode(),
            "x-hubspot-request-timestamp": stamp,
        }

    return body, headers


def _from_klaviyo(
    world: "World", target: Target, account: Account, topic: str, numbers: list[int]
) -> tuple[bytes, MakeHeaders]:
    now = world.now()
    webhook_id = sha256(target.url.encode()).hexdigest()[:12]
    told = {
        "data": [_klaviyo_event(number, topic, now) for number in numbers],
        "meta": {
            "klaviyo_webhook_id": webhook_id, "timestamp": iso_offset(now),
            "klaviyo_account_id": account.external_id, "version": "2026-07-15",
        },
    }  # fmt: skip
    body = json.dumps(told).encode()

    def headers(at: float) -> dict[str, str]:
        stamp = formatdate(at + WRONG_CLOCK_S, usegmt=True)
        signed = hmac.new(target.secret.encode(), body + stamp.encode(), sha256).hexdigest()
        return {
            "content-type": "application/json", "klaviyo-webhook-id": webhook_id,
            "klaviyo-timestamp": stamp, "klaviyo-signature": signed,
        }  # fmt: skip

    return body, headers


def _klaviyo_event(number: int, topic: str, now: float) -> dict[str, Any]:
    attributes = {"timestamp": round(now), "datetime": iso_offset(now), "event_properties": {}, "uuid": str(number)}
    return {
        "external_id": f"wh-{number}",
        "topic": topic,
        "payload": {"data": {"type": "event", "id": f"ev{number}", "attributes": attributes, "relationships": {}}},
    }

"""What Graph pushes: changes, and notices about the subscription itself."""

import json
from collections.abc import Callable
from typing import Any

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.data.mailbox import Change
from mailwarden_sandbox.microsoft.ids import common_id
from mailwarden_sandbox.microsoft.kept import Subscription, Subscriptions
from mailwarden_sandbox.microsoft.people import object_of, tenant_of
from mailwarden_sandbox.webhooks import deliver
from mailwarden_sandbox.world import World

LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")
_KINDS = {"added": ("created",), "flags": ("updated",), "moved": ("created",), "removed": ("deleted",)}
_HEADERS = {"content-type": "application/json; charset=utf-8"}


def watch(world: World, account: Account) -> None:
    """From the first subscription on, the mailbox's changes are pushed."""
    watched = world.part(Subscriptions).watched
    if account.external_id not in watched:
        watched.add(account.external_id)
        account.mailbox.watchers.append(_pusher(world, account))


def _pusher(world: World, account: Account) -> Callable[[Change], None]:
    def push(change: Change) -> None:
        for sub in world.part(Subscriptions).of(account, world.now()):
            if sub.folder in (None, change.folder):
                for kind in sub.changes.intersection(_KINDS[change.kind]):
                    send(world, sub, changed(world, sub, kind, change))

    return push


def send(world: World, sub: Subscription, item: dict[str, Any], *, lifecycle: bool = False) -> None:
    url = sub.lifecycle_url if lifecycle else sub.url
    if url is not None:
        body = json.dumps({"value": [item]}).encode()
        topic = str(item.get("lifecycleEvent") or item.get("changeType"))
        deliver(world, "microsoft", sub.account, url, body, _HEADERS, topic=topic)


def _common(world: World, sub: Subscription) -> dict[str, Any]:
    return {
        "id": world.new_id(),
        "subscriptionId": sub.id,
        "subscriptionExpirationDateTime": iso_z(sub.expires),
        "clientState": sub.client_state,
        "tenantId": tenant_of(sub.account),
    }


def changed(world: World, sub: Subscription, kind: str, change: Change) -> dict[str, Any]:
    """One item of a change notification. It says that something changed; what it is must be fetched."""
    owner = f"Users/{object_of(sub.account)}"
    message = common_id(change.key, change.folder)
    return _common(world, sub) | {
        "changeType": kind,
        "resource": f"{owner}/Messages/{message}",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": f"{owner}/Messages/{message}",
            "@odata.etag": f'W/"CQAAABYAAA{change.number:06d}"',
            "id": message,
        },
    }


def lifecycle(world: World, account: Account, event: str) -> int:
    """Tell every subscription of the account; how many were told. ``subscriptionRemoved`` ends them."""
    kept = world.part(Subscriptions)
    told = kept.of(account, world.now())
    for sub in told:
        if event == "subscriptionRemoved":
            del kept.by_id[sub.id]
        item = _common(world, sub) | {"lifecycleEvent": event, "resource": sub.resource}
        send(world, sub, item, lifecycle=True)
    return len(told)

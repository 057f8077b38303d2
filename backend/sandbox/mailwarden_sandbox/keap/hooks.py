"""REST hooks (v1 only): one event per subscription, a secret at the handshake, no signature on what follows."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.keap import errors
from mailwarden_sandbox.keap.tenant import Hook, Tenant, tenant_of
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.webhooks import Delivery, ask, deliver
from mailwarden_sandbox.world import World

SECRET_HEADER = "X-Hook-Secret"  # noqa: S105 - its name
MOST_OBJECTS = 1000
_DELAY_S = 45.0
"""30 to 60 s after the change; 5 to 10 minutes for tags."""
_TAGS_DELAY_S = 420.0
_HANDSHAKE_S = 30.0
_PLAIN = ("add", "edit", "delete")
EVENT_KEYS = (
    *(
        f"{what}.{verb}"
        for what in (
            "appointment", "company", "contact", "contactGroup", "invoice", "invoice.payment", "leadsource", "note",
            "opportunity", "order", "product", "recurringOrder", "subscription", "task", "user",
        )
        for verb in _PLAIN
    ),
    "contact.redact", "contactGroup.applied", "contactGroup.removed", "opportunity.stage_move",
)  # fmt: skip
_handshakes: set[asyncio.Task[None]] = set()


def _shown(hook: Hook) -> dict[str, str]:
    return {"key": hook.key, "eventKey": hook.event, "hookUrl": hook.url, "status": hook.status}


def event_keys(_call: Call) -> Response:
    return json_answer(list(EVENT_KEYS))


def listing(call: Call) -> Response:
    return json_answer([_shown(hook) for hook in tenant_of(call).hooks.values()])


def one(call: Call) -> Response:
    hook = tenant_of(call).hooks.get(call.params["key"])
    return errors.not_found(call, "Hook") if hook is None else json_answer(_shown(hook))


def create(call: Call) -> Response:
    event, url = _asked(call)
    tenant = tenant_of(call)
    hook = Hook(str(len(tenant.hooks) + 1 + secrets.randbelow(10**6) * 1000), event, url)
    tenant.hooks[hook.key] = hook
    _shake_hands(call.world, hook)
    return json_answer(_shown(hook), 201)


def _asked(call: Call) -> tuple[str, str]:
    try:
        event, url = str(call.json()["eventKey"]), str(call.json()["hookUrl"])
    except (ValueError, KeyError, TypeError) as error:
        raise errors.BadRequest("eventKey and hookUrl are required", "hook") from error
    if event not in EVENT_KEYS or not url.startswith(("https://", "http://")):
        raise errors.BadRequest("Unknown eventKey or invalid hookUrl", "hook")
    return event, url


def update(call: Call) -> Response:
    hook = tenant_of(call).hooks.get(call.params["key"])
    if hook is None:
        return errors.not_found(call, "Hook")
    hook.event, hook.url = _asked(call)
    hook.status = "Unverified"
    _shake_hands(call.world, hook)
    return json_answer(_shown(hook))


def delete(call: Call) -> Response:
    hook = tenant_of(call).hooks.pop(call.params["key"], None)
    return errors.not_found(call, "Hook") if hook is None else Response(status_code=204)


async def verify(call: Call) -> Response:
    """Shake hands anew, also to wake an inactive hook; the answer waits for it."""
    hook = tenant_of(call).hooks.get(call.params["key"])
    if hook is None:
        return errors.not_found(call, "Hook")
    hook.secret = secrets.token_hex(16)
    await _handshake(call.world, hook, hook.secret)
    return json_answer(_shown(hook))


def delayed_verify(call: Call) -> Response:
    """For receivers that cannot echo: the secret of the handshake comes back in a call of its own."""
    hook = tenant_of(call).hooks.get(call.params["key"])
    if hook is None:
        return errors.not_found(call, "Hook")
    if hook.secret is None or call.headers.get(SECRET_HEADER.lower()) != hook.secret:
        raise errors.BadRequest("The hook secret does not match", "hook")
    hook.status = "Verified"
    return json_answer(_shown(hook))


def _shake_hands(world: World, hook: Hook) -> None:
    """The caller has its answer before the handshake is over."""
    hook.secret = secrets.token_hex(16)
    task = asyncio.get_running_loop().create_task(_handshake(world, hook, hook.secret))
    _handshakes.add(task)
    task.add_done_callback(_handshakes.discard)


async def _handshake(world: World, hook: Hook, secret: str) -> None:
    body = json.dumps({"event_key": hook.event, "object_type": "hook", "object_keys": [], "api_url": ""}).encode()
    headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
    answer = await ask(world, hook.url, body=body, headers=headers, timeout_s=_HANDSHAKE_S)
    echoed = answer is not None and answer.status == 200 and answer.headers.get(SECRET_HEADER) == secret
    if echoed and hook.secret == secret:
        hook.status = "Verified"


def happened(world: World, account: Account, tenant: Tenant, event: str, ids: Sequence[int]) -> list[Delivery]:
    """Tell every verified hook of this event, in batches."""
    listening = [h for h in tenant.hooks.values() if h.event == event and h.status == "Verified"]
    batches = [ids[n : n + MOST_OBJECTS] for n in range(0, len(ids), MOST_OBJECTS)]
    return [_push(world, account, hook, batch) for hook in listening for batch in batches]


def _push(world: World, account: Account, hook: Hook, ids: Sequence[int]) -> Delivery:
    def settled(delivery: Delivery) -> None:
        if delivery.state == "failed":
            hook.status = "Inactive"

    body = json.dumps(payload(hook.event, ids, world.now())).encode()
    headers = {"Content-Type": "application/json"}
    delay = _TAGS_DELAY_S if hook.event.startswith("contactGroup.") else _DELAY_S
    return deliver(world, "keap", account, hook.url, body, headers, topic=hook.event, delay_s=delay, on_settled=settled)


def payload(event: str, ids: Sequence[int], now: float) -> dict[str, Any]:
    """Ids and times, nothing of the objects themselves."""
    kind = event.partition(".")[0]
    base = f"https://api.infusionsoft.com/crm/rest/v1/{kind}s"
    keys = [{"id": number, "apiUrl": f"{base}/{number}", "timestamp": iso_z(now)} for number in ids]
    return {"event_key": event, "object_type": kind, "object_keys": keys, "api_url": ""}

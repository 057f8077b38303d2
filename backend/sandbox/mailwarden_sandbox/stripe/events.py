"""Events: signed over time and body with the endpoint's secret, a snapshot of the object as it was then."""

import copy
import hmac
import json
from hashlib import sha256

from mailwarden_sandbox.stripe.state import Object, StripeState
from mailwarden_sandbox.webhooks.send import deliver
from mailwarden_sandbox.world import World


def tell(world: World, kind: str, about: Object) -> None:
    state = world.part(StripeState)
    event: Object = {
        "id": state.new_id("evt"), "object": "event", "api_version": "2026-10-28.endive", "type": kind,
        "created": round(world.now()), "livemode": False, "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None}, "data": {"object": copy.deepcopy(about)},
    }  # fmt: skip
    state.events[event["id"]] = event
    if state.endpoint is not None:
        body = json.dumps(event, indent=2).encode()
        secret = state.endpoint.secret
        deliver(world, "stripe", None, state.endpoint.url, body, lambda at: signed(body, secret, at), topic=kind)


def signed(body: bytes, secret: str, at: float) -> dict[str, str]:
    stamp = str(round(at))
    code = hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
    return {"content-type": "application/json; charset=utf-8", "stripe-signature": f"t={stamp},v1={code}"}

"""Which verifier a request goes to, what it needs for that, and how each provider wants to be answered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from uuid import UUID

from mailwarden.connections.our_app import our_app
from mailwarden.core.runtime import Runtime
from mailwarden.hooks.subscriptions import Opened, open_subscription
from mailwarden.providers.hooks import google, hubspot, keap, klaviyo, microsoft
from mailwarden.providers.hooks.base import HookEvent, Incoming, Reason, Refused
from mailwarden.providers.id_token import KeySource, signed_claims

HTML_FREE = {"content-type": "text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Reception:
    """What a request held, and the answer once that is stored. Without events there is nothing to store."""

    status: int
    events: Sequence[HookEvent] = ()
    subscription: UUID | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Receiver = Callable[[Runtime, Incoming, str, Mapping[str, str]], Awaitable[Reception]]
"""(runtime, request, the address's last part, query). Raises Refused, or Unavailable while keys cannot be had."""


async def _hubspot(rt: Runtime, incoming: Incoming, path: str, _: Mapping[str, str]) -> Reception:
    if path:
        raise Refused(Reason.ADDRESS)
    secret = rt.config.providers["hubspot"].client_secret
    return Reception(204, hubspot.events(incoming, secret))


async def _klaviyo(rt: Runtime, incoming: Incoming, path: str, _: Mapping[str, str]) -> Reception:
    found = await _subscription(rt, "klaviyo", path)
    return Reception(200, klaviyo.events(incoming, found.secret), found.id)


async def _keap(rt: Runtime, incoming: Incoming, path: str, _: Mapping[str, str]) -> Reception:
    """The echo proves to Keap that the address is ours; it proves nothing to us, so it carries no event."""
    found = await _subscription(rt, "keap", path)
    secret = keap.handshake(incoming)
    if secret is not None:
        return Reception(200, headers={keap.HANDSHAKE: secret})
    return Reception(200, keap.events(incoming, str(found.id)), found.id)


async def _google(rt: Runtime, incoming: Incoming, path: str, _: Mapping[str, str]) -> Reception:
    app = our_app(rt, "google")
    spec = app.spec.auth.id_token
    if spec is None:
        raise LookupError("Google's catalogue entry names no keys")
    signed = partial(signed_claims, app, source=KeySource(spec.jwks_base, spec.jwks_path))
    if path == "pubsub":
        told = await google.mailbox_changes(incoming, signed, incoming.url, app.settings.push_account)
        return Reception(204, told)
    if path:
        raise Refused(Reason.ADDRESS)
    return Reception(202, await google.security_events(incoming, signed, (app.settings.client_id,)))


async def _microsoft(rt: Runtime, incoming: Incoming, path: str, query: Mapping[str, str]) -> Reception:
    """The handshake, too, answers only at an address that we gave: nobody else makes us repeat anything."""
    found = await _subscription(rt, "microsoft", path)
    if (token := query.get("validationToken")) is not None:
        return Reception(200, body=microsoft.handshake(token), headers=HTML_FREE)
    return Reception(202, microsoft.events(incoming, found.secret), found.id)


async def _subscription(rt: Runtime, provider: str, path: str) -> Opened:
    found = await open_subscription(rt, provider, path) if path else None
    if found is None:
        raise Refused(Reason.ADDRESS)
    return found


RECEIVERS: Mapping[str, Receiver] = MappingProxyType(
    {"hubspot": _hubspot, "klaviyo": _klaviyo, "keap": _keap, "google": _google, "microsoft": _microsoft}
)


def refusal(provider: str, reason: Reason) -> int:
    """Google documents 400 for security events that do not verify; Keap takes 410 as the end of a hook."""
    if reason is Reason.SIZE:
        return 413
    return REFUSALS.get((provider, reason), REFUSALS.get((provider, None), 401))


REFUSALS: Mapping[tuple[str, Reason | None], int] = MappingProxyType(
    {("google", None): 400, ("keap", Reason.ADDRESS): 410}
)

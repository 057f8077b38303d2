"""The secret an endpoint's messages are signed with: sealed in its row, shown once, replaced with a day of overlap."""

from mailwarden.core.crypto import Place
from mailwarden.core.outside.signing import new_secret
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks.models import WebhookEndpoint
from mailwarden.developers.webhooks.rules import DUAL_SIGNING


def give_secret(rt: Runtime, endpoint: WebhookEndpoint) -> str:
    secret = new_secret()
    endpoint.secret = rt.keys.seal(secret, _place(endpoint, "secret"))
    return secret


def replace_secret(rt: Runtime, endpoint: WebhookEndpoint) -> str:
    """The one before signs, too, for 24 hours; an even older one no longer."""
    old = rt.keys.open(endpoint.secret, _place(endpoint, "secret"))
    endpoint.previous_secret = rt.keys.seal(old, _place(endpoint, "previous_secret"))
    endpoint.previous_until = rt.clock.now() + DUAL_SIGNING
    endpoint.version += 1
    return give_secret(rt, endpoint)


def secrets_of(rt: Runtime, endpoint: WebhookEndpoint) -> list[str]:
    """Those that sign now, the newest first. Raises CannotOpen."""
    found = [rt.keys.open(endpoint.secret, _place(endpoint, "secret"))]
    until = endpoint.previous_until
    if endpoint.previous_secret is not None and until is not None and rt.clock.now() < until:
        found.append(rt.keys.open(endpoint.previous_secret, _place(endpoint, "previous_secret")))
    return found


def _place(endpoint: WebhookEndpoint, column: str) -> Place:
    return Place("webhook_endpoints", column, endpoint.org_id, endpoint.id)

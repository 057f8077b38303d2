"""What the identity platform remembers beside the sandbox's common tokens."""

from dataclasses import dataclass, field

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.config import Rotation
from mailwarden_sandbox.grants import AccessToken, Ending, Grant

LIFE_S = 90 * 86_400


@dataclass(slots=True)
class Identities:
    issued: dict[str, float] = field(default_factory=dict)
    """When each refresh token was given out."""
    evaluated: set[str] = field(default_factory=set)
    """Access tokens of clients with capability ``cp1``: checked at every call, and so given a long life."""
    asked: dict[str, int] = field(default_factory=dict)
    """Refusals per refresh token in a row, for the loop detection."""


def grant_of(call: Call, token: str) -> Grant | None:
    """The grant that a refresh token belongs to, dead or alive, for this client."""
    grant = call.world.tokens.by_refresh.get(token)
    if grant is None or grant.client_id != call.client_id or grant.account.provider != call.provider:
        return None
    return grant


def outlived(call: Call, grant: Grant, token: str) -> bool:
    """Ninety days without use. Each use gives a new token with ninety days of its own; the old one keeps its rest."""
    issued = call.world.part(Identities).issued.get(token, grant.created_at)
    if call.world.now() - issued <= LIFE_S:
        return False
    if token == grant.refresh_token:
        grant.ending = grant.ending or Ending.EXPIRED
    return True


def renew(call: Call, grant: Grant, presented: str) -> None:
    """A new refresh token with every use. The presented one stays good, unless the account is told to be stricter."""
    tokens, now = call.world.tokens, call.world.now()
    if grant.account.behaviour.rotation is not Rotation.OVERLAP:
        tokens.rotate(grant, presented, now)
        return
    grant.last_used_at, grant.refreshes = now, grant.refreshes + 1
    grant.previous, grant.previous_until = grant.refresh_token, now + LIFE_S
    grant.refresh_token = tokens.styles[grant.account.provider].refresh(grant.account)
    tokens.by_refresh[grant.refresh_token] = grant
    call.world.part(Identities).issued[grant.refresh_token] = now


def superseded(call: Call, grant: Grant, token: str) -> bool:
    """Only where the account was told to rotate more strictly than Microsoft does."""
    if grant.account.behaviour.rotation is Rotation.OVERLAP:
        return False
    return call.world.tokens.live_grant(token, call.provider, grant.client_id, call.world.now()) is None


def evaluate(call: Call, access: AccessToken) -> None:
    call.world.part(Identities).evaluated.add(access.token)


def is_evaluated(call: Call, access: AccessToken) -> bool:
    return access.token in call.world.part(Identities).evaluated

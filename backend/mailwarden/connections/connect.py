"""Starts an authorization: a single-use state, bound to session, organization and provider, for ten minutes."""

import hashlib
import secrets
from datetime import timedelta

from mailwarden.accounts.caller import Caller
from mailwarden.connections.models import Connection, OAuthAttempt
from mailwarden.connections.our_app import our_app, redirect_uri
from mailwarden.connections.paid import check_plan
from mailwarden.connections.rules import Status
from mailwarden.connections.schemas import AuthorizeOut, ConnectStart, ReconnectStart
from mailwarden.core.crypto import Place, token_hash
from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.oauth import OAuth, new_verifier

ATTEMPT_LIFE = timedelta(minutes=10)


async def start_authorization(
    rt: Runtime,
    tx: UnitOfWork,
    caller: Caller,
    provider: str,
    body: ConnectStart | ReconnectStart,
    pinned: Connection | None = None,
) -> AuthorizeOut:
    """``pinned``: a reconnect, whose answer must be for this very account. Raises SubscriptionInactive, PlanLimit."""
    await check_plan(rt, tx, caller.org_id, None if pinned else provider)
    oauth = OAuth(our_app(rt, provider))
    state, verifier = secrets.token_urlsafe(32), new_verifier()
    attempt = OAuthAttempt(
        id=new_id(),
        org_id=caller.org_id,
        provider=provider,
        user_id=caller.user_id,
        session_id=caller.session_id,
        connection_id=pinned.id if pinned else None,
        state_hash=token_hash(state),
        return_to=body.return_to,
        expires_at=rt.clock.now() + ATTEMPT_LIFE,
    )
    attempt.verifier = rt.keys.seal(verifier, verifier_place(attempt))
    if isinstance(body, ConnectStart):
        attempt.sync_frequency, attempt.history_range = body.sync_frequency, body.history_range
    tx.session.add(attempt)
    await tx.session.flush()
    url = oauth.authorize_url(
        state=state,
        redirect_uri=redirect_uri(rt.config.base_url, provider),
        verifier=verifier,
        nonce=nonce_of(verifier),
        login_hint=_address(pinned),
        again=pinned is not None,
        lacking=_lacking(pinned),
        claims=_demanded(pinned),
    )
    return AuthorizeOut(authorize_url=url, attempt_id=attempt.id, expires_at=attempt.expires_at)


def nonce_of(verifier: str) -> str:
    """Bound to the attempt as the verifier is, so that it need not be kept beside it."""
    return hashlib.sha256(f"nonce:{verifier}".encode()).hexdigest()


def _lacking(pinned: Connection | None) -> list[str]:
    """Only of a grant that lives: a dead one has nothing to add to."""
    return pinned.missing_scopes or [] if pinned is not None and pinned.status == Status.CONNECTED else []


def _demanded(pinned: Connection | None) -> str | None:
    """What the refusals named, so that the person is asked for just that: a second factor, another device."""
    in_doubt = pinned is not None and pinned.status in (Status.VERIFYING, Status.INACTIVE)
    return (pinned.evidence or {}).get("claims") if pinned is not None and in_doubt else None


def _address(pinned: Connection | None) -> str | None:
    return pinned.account_label if pinned is not None and "@" in pinned.account_label else None


def verifier_place(attempt: OAuthAttempt) -> Place:
    return Place("oauth_attempts", "verifier", attempt.org_id, attempt.id)

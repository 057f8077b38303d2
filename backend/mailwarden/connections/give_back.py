"""After a disconnect the grant is revoked at the provider, where that can hurt nobody else; then we forget it."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from mailwarden.connections.grant_models import RetiredGrant
from mailwarden.connections.our_app import our_app
from mailwarden.connections.queries import find_connection
from mailwarden.connections.rules import Actor
from mailwarden.connections.transitions import write_history
from mailwarden.connections.unreadable import opened_if_readable
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Lease, RetryLater
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import ProviderError, RateLimited, Unavailable
from mailwarden.providers.catalog import load
from mailwarden.providers.oauth import OAuth

log = logging.getLogger(__name__)

TRIES = 10  # with the back-off of jobs: about an hour
LONGEST = timedelta(hours=24)  # whatever happens, a token of a disconnected account is not kept longer
ASK_AGAIN_S = 60.0

NOTES = {
    "revoked": "The authorization was given back at {provider}.",
    "kept": "The authorization was not given back at {provider}: a connection of the same account relies on it.",
    "given_up": "The authorization could not be given back at {provider} ({why}); our copy of it was deleted.",
}


async def give_back_grant(rt: Runtime, lease: Lease) -> None:
    async with reader(rt.sessions, lease.org_id) as tx:
        kept = await tx.session.get(RetiredGrant, UUID(lease.key))
    if kept is None or kept.state != "waiting" or kept.refresh_token is None:
        return
    too_late = rt.clock.now() - kept.created_at > LONGEST
    use = await _use(rt, kept)
    if use == "used":
        await _settle(rt, lease, "kept")
    elif too_late or kept.provider not in rt.config.providers:
        await _settle(rt, lease, "given_up", "no answer for a day" if too_late else "it is no longer set up here")
    elif use == "asked":  # somebody is just giving a consent, perhaps for this very account
        raise RetryLater(ASK_AGAIN_S)
    else:
        await _revoke(rt, lease, kept)


async def _use(rt: Runtime, kept: RetiredGrant) -> str:
    """Over all organizations: at some providers a revoked token takes every grant of the account with it."""
    asked = text("SELECT grant_in_use(:provider, :account)")
    async with reader(rt.sessions) as tx:
        found = await tx.session.scalar(asked, {"provider": kept.provider, "account": kept.external_id})
    return str(found)


async def _revoke(rt: Runtime, lease: Lease, kept: RetiredGrant) -> None:
    token = opened_if_readable(rt, kept, "refresh_token")
    if token is None:  # its key may come back within the day that we try
        raise RetryLater(ASK_AGAIN_S)
    try:
        await OAuth(our_app(rt, kept.provider)).revoke(token)
    except RateLimited as exc:
        raise RetryLater(exc.retry_after_s) from exc
    except ProviderError as exc:
        if isinstance(exc, Unavailable) and lease.attempt < TRIES:
            raise
        await _settle(rt, lease, "given_up", _said(exc))
    else:
        await _settle(rt, lease, "revoked")


def _said(exc: ProviderError) -> str:
    said = exc.evidence
    return said.provider_code or (f"status {said.status}" if said.status else "no answer")


async def _settle(rt: Runtime, lease: Lease, state: str, why: str = "") -> None:
    """The token is wiped whatever the end, and the connection's history says which it was."""
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        kept = await tx.session.get_one(RetiredGrant, UUID(lease.key), with_for_update=True)
        kept.state, kept.refresh_token, kept.settled_at = state, None, rt.clock.now()
        row = await find_connection(tx, kept.org_id, kept.connection_id)
        if row is not None:
            note = NOTES[state].format(provider=load()[kept.provider].label, why=why)
            write_history(tx, row, row.status, Actor.USER, user_id=kept.retired_by, note=note, at=rt.clock.now())
        await lease.finish(tx)
    log.info("a grant was settled", extra={"provider": kept.provider, "state": state})

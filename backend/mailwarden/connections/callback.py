"""The way back from the consent page. Nothing is stored as connected before a real call proved the new grant."""

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update

from mailwarden.accounts.caller import Caller
from mailwarden.billing.gate import PlanLimit, SubscriptionInactive
from mailwarden.connections.adopt import adopt_grant
from mailwarden.connections.connect import verifier_place
from mailwarden.connections.consent import ConsentFailed, NewGrant, prove_grant
from mailwarden.connections.models import OAuthAttempt
from mailwarden.connections.our_app import our_app, spec_of
from mailwarden.connections.queries import find_connection
from mailwarden.connections.views import ConsentAnswer
from mailwarden.core.crypto import CannotOpen, token_hash
from mailwarden.core.db import app_now, reader, unit_of_work
from mailwarden.core.http import redact
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.settings import authorize_url, token_endpoint_url

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: str
    connection_id: UUID | None
    detail: dict[str, Any] = field(default_factory=dict)


async def finish_authorization(rt: Runtime, caller: Caller, provider: str, answer: ConsentAnswer) -> str:
    """Where to lead the browser: the integration's page with the connection, or with what went wrong."""
    spec_of(provider)
    attempt = await _consume(rt, caller, provider, answer.state)
    if attempt is None:
        return _page(provider, None, "attempt", "oat", await _known_or_refused(rt, caller, provider, answer.state))
    try:
        grant = await _judge(rt, attempt, answer)
        ending = Ending(*await adopt_grant(rt, attempt, grant))
    except (SubscriptionInactive, PlanLimit) as refused:
        ending = Ending(refused.code, attempt.connection_id, {"detail": refused.detail})
    except ConsentFailed as failed:
        ending = Ending(failed.outcome, attempt.connection_id, failed.detail)
    await _conclude(rt, attempt, ending)
    if ending.connection_id is not None and ending.outcome in ("connected", "reconnected"):
        return _page(provider, attempt.return_to, "connected", "conn", ending.connection_id)
    return _page(provider, attempt.return_to, "attempt", "oat", attempt.id)


async def _consume(rt: Runtime, caller: Caller, provider: str, state: str | None) -> OAuthAttempt | None:
    """In one statement, so that of two callbacks with one state only one goes on."""
    if not state:
        return None
    used = func.jsonb_build_object("state", token_hash(state).hex())
    mine = (
        update(OAuthAttempt)
        .where(
            OAuthAttempt.org_id == caller.org_id,
            OAuthAttempt.session_id == caller.session_id,
            OAuthAttempt.user_id == caller.user_id,
            OAuthAttempt.provider == provider,
            OAuthAttempt.state_hash == token_hash(state),
            OAuthAttempt.expires_at > app_now(),
        )
        .values(state_hash=None, detail=used)
        .returning(OAuthAttempt)
    )
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        return await tx.session.scalar(mine)


async def _known_or_refused(rt: Runtime, caller: Caller, provider: str, state: str | None) -> UUID:
    """A reload of the callback leads to its attempt again. A foreign or invented state is refused, on record."""
    hashed = token_hash(state or "")
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        asked = select(OAuthAttempt.id).where(
            OAuthAttempt.org_id == caller.org_id,
            OAuthAttempt.session_id == caller.session_id,
            OAuthAttempt.provider == provider,
            (OAuthAttempt.detail["state"].as_string() == hashed.hex()) | (OAuthAttempt.state_hash == hashed),
        )
        known = await tx.session.scalar(asked)
        if known is not None:
            return known
        refused = OAuthAttempt(
            id=new_id(),
            org_id=caller.org_id,
            provider=provider,
            user_id=caller.user_id,
            session_id=caller.session_id,
            expires_at=rt.clock.now(),
            finished_at=rt.clock.now(),
            outcome="failed",
            detail={"detail": "This answer belongs to another sign-in, organization or provider. Start again here."},
        )
        tx.session.add(refused)
        log.warning("authorization answer with a foreign state", extra={"provider": provider})
        return refused.id


async def _judge(rt: Runtime, attempt: OAuthAttempt, answer: ConsentAnswer) -> NewGrant:
    app = our_app(rt, attempt.provider)
    trusted = {_origin(authorize_url(app.spec, app.settings)), _origin(token_endpoint_url(app.spec, app.settings, "/"))}
    if answer.iss is not None and _origin(answer.iss) not in trusted | {app.spec.auth.authorize_base}:
        raise ConsentFailed("failed", detail="The answer came from another authorization server.")
    if answer.error is not None:
        raise _refused_consent(answer)
    if not answer.code:
        raise ConsentFailed("failed", detail="The provider sent no authorization code.")
    try:
        verifier = rt.keys.open(attempt.verifier, verifier_place(attempt)) if attempt.verifier else None
    except CannotOpen as exc:
        raise ConsentFailed("failed", detail="What we kept of your start cannot be read. Start again.") from exc
    grant = await prove_grant(rt, app, answer.code, verifier)
    await _check_pinned(rt, attempt, grant)
    return grant


def _refused_consent(answer: ConsentAnswer) -> ConsentFailed:
    said = redact(answer.error_description or "")
    error = redact(answer.error or "", limit=80)
    outcome = "denied" if answer.error in ("access_denied", "user_denied", "consent_required") else "failed"
    told = {"provider_error": f"{error}: {said}" if said else error}
    return ConsentFailed(outcome, **told)


async def _check_pinned(rt: Runtime, attempt: OAuthAttempt, grant: NewGrant) -> None:
    """A reconnect by another account changes nothing and names both (D12)."""
    if attempt.connection_id is None:
        return
    async with reader(rt.sessions, attempt.org_id) as tx:
        row = await find_connection(tx, attempt.org_id, attempt.connection_id)
    if row is None:
        raise ConsentFailed("failed", detail="The connection no longer exists.")
    if row.external_id != grant.account.external_id:
        raise ConsentFailed(
            "wrong_account",
            expected_account={"external_id": row.external_id, "label": row.account_label},
            actual_account={"external_id": grant.account.external_id, "label": grant.account.label},
        )


async def _conclude(rt: Runtime, attempt: OAuthAttempt, ending: Ending) -> None:
    done = update(OAuthAttempt).where(OAuthAttempt.org_id == attempt.org_id, OAuthAttempt.id == attempt.id)
    async with unit_of_work(rt.sessions, attempt.org_id) as tx:
        await tx.session.execute(
            done.values(
                outcome=ending.outcome,
                detail=attempt.detail | ending.detail,
                connection_id=ending.connection_id,
                verifier=None,
                finished_at=app_now(),
            )
        )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page(provider: str, return_to: str | None, name: str, prefix: str, value: UUID) -> str:
    """Always a path of our own: a leading double slash would name another host."""
    path = "/" + return_to.lstrip("/") if return_to else f"/integrations/{provider}"
    return f"{path}{'&' if '?' in path else '?'}{name}={format_id(prefix, value)}"

"""One authorization from the click to its outcome, and how it is told."""

from typing import Any

from mailwarden.connections.models import OAuthAttempt
from mailwarden.connections.present import provider_label
from mailwarden.connections.schemas import AccountRef, AttemptOut
from mailwarden.core.runtime import Runtime

_TITLES = {
    None: "Waiting for your decision at {provider}",
    "connected": "{provider} is connected",
    "reconnected": "{provider} is connected again",
    "already_connected": "This {provider} account was connected already",
    "denied": "The authorization was declined",
    "partial": "A required permission was not granted",
    "wrong_account": "That is another {provider} account",
    "expired": "The authorization was not finished in time",
    "subscription_inactive": "The subscription is not active",
    "plan_limit_reached": "The plan allows no more",
    "failed": "The authorization failed",
}
_DETAILS = {
    None: "Finish the consent page in the other window.",
    "connected": "The first sync starts by itself.",
    "reconnected": "All settings were kept. A sync of the gap starts by itself.",
    "already_connected": "Its authorization was renewed; nothing was duplicated.",
    "denied": "Nothing was stored. To connect, start again and allow the access.",
    "partial": "Nothing was stored. Start again and leave all required permissions ticked.",
    "wrong_account": (
        "Nothing was changed. Sign in to the right account at {provider}, or add this one as a new account."
    ),
    "expired": "Nothing was stored. Start again; the consent page must be finished within 10 minutes.",
    "subscription_inactive": "Nothing was stored. Open billing and choose a plan, then start again.",
    "plan_limit_reached": "Nothing was stored. Open billing and choose a larger plan, then start again.",
    "failed": "Nothing was stored. Start again.",
}


def attempt_out(rt: Runtime, row: OAuthAttempt) -> AttemptOut:
    outcome = row.outcome
    if outcome is None and row.expires_at <= rt.clock.now():
        outcome = "expired"
    told: dict[str, Any] = row.detail or {}
    label = provider_label(row.provider)
    return AttemptOut(
        id=row.id,
        provider=row.provider,
        outcome=outcome,
        title=_TITLES[outcome].format(provider=label),
        detail=told.get("detail") or _DETAILS[outcome].format(provider=label),
        provider_error=told.get("provider_error"),
        missing_scopes=told.get("missing_scopes", []),
        expected_account=_account(told.get("expected_account")),
        actual_account=_account(told.get("actual_account")),
        expected_redirect_uri=told.get("expected_redirect_uri"),
        connection_id=row.connection_id,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _account(told: dict[str, Any] | None) -> AccountRef | None:
    return AccountRef(**told) if told else None

"""Why a run failed, in words for people and codes for programs (C26)."""

from typing import Any

from mailwarden.connections.present import provider_label
from mailwarden.connections.unreadable import Unreadable
from mailwarden.providers.base import (
    AccessRevoked,
    Misconfigured,
    ObjectGone,
    ProviderError,
    RateLimited,
    Rejected,
    ScopesMissing,
    Unavailable,
)
from mailwarden.sync.progress import Incomplete

FIGURES_PENDING = "figures_pending"
_PROVIDER: tuple[tuple[type[ProviderError], str, str], ...] = (
    (AccessRevoked, "access_refused", "{provider} refused our access"),
    (ScopesMissing, "permission_missing", "A permission is missing at {provider}"),
    (RateLimited, "rate_limited", "{provider} allows no more requests for now"),
    (Unavailable, "provider_unavailable", "{provider} did not answer"),
    (Misconfigured, "misconfigured", "Our app is not set up correctly at {provider}"),
    (ObjectGone, "not_found", "{provider} no longer has what we asked for"),
    (Unreadable, "unreadable", "Our stored authorization for {provider} cannot be read"),
    (Rejected, "rejected", "{provider} rejected our request"),
)


def error(code: str, title: str, detail: str) -> dict[str, Any]:
    return {"code": code, "title": title, "detail": detail, "provider_code": None, "provider_request_id": None}


def of_provider(provider: str, exc: ProviderError) -> dict[str, Any]:
    code, title = next(
        ((code, title) for kind, code, title in _PROVIDER if isinstance(exc, kind)), ("rejected", "{provider} refused")
    )
    said = exc.evidence
    detail = said.message or (f"Status {said.status}." if said.status else "No answer came.")
    told = error(code, title.format(provider=provider_label(provider)), detail)
    return told | {"provider_code": said.provider_code, "provider_request_id": said.provider_request_id}


def of_listing(provider: str, exc: Incomplete) -> dict[str, Any]:
    return error(exc.code, f"{provider_label(provider)} did not list everything", str(exc))


def figures_pending(provider: str, exc: RateLimited, when: str) -> dict[str, Any]:
    """C28: what is listed without its figures is no success, though nothing broke."""
    title = f"{provider_label(provider)} allows no more reports for now"
    detail = f"All campaigns were listed. Their figures keep their age and are read again at {when}."
    told = error(FIGURES_PENDING, title, detail)
    said = exc.evidence
    return told | {"provider_code": said.provider_code, "provider_request_id": said.provider_request_id}


def stopped(status: str) -> dict[str, Any]:
    title = f"The connection is {status}"
    return error(f"connection_{status}", title, "The run ended with it. What was stored stays.")


BROKEN = error("internal_error", "We could not finish this sync", "The request id finds the reason in our log.")

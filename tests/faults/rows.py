"""docs/faults.md for HubSpot, Klaviyo and Keap as data: what is broken, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROBE_S = 600
SIX_MINUTES = 360


@dataclass(frozen=True)
class Definite:
    """A fault that is true. ``within_s`` counts from the first refusal that the provider gave."""

    provider: str
    kind: str
    cause: str | None
    within_s: float
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    behaviour: Mapping[str, Any] = field(default_factory=dict)  # of the account, before it is connected
    scopes: tuple[str, ...] = ()  # named in card or missing_scopes
    status: str = "inactive"
    seen_within_s: float = PROBE_S + 60  # from the fault to the first refusal

    @property
    def providers(self) -> tuple[str, ...]:
        return (self.provider,)

    @property
    def quick(self) -> bool:
        """Shows at the next probe, not only at the next refresh."""
        return self.seen_within_s <= PROBE_S + 60

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.note})" if self.note else self.kind


@dataclass(frozen=True)
class Soft:
    """A fault that says nothing about the grant: never inactive."""

    kind: str
    degraded: str | None  # the reason that must be shown; None: nothing needs to be shown
    params: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    behaviour: Mapping[str, Any] = field(default_factory=dict)
    providers: tuple[str, ...] = ("hubspot", "klaviyo", "keap")
    quick: bool = True  # part of the fast selection
    alone: bool = False  # no other row at the same time: it is felt by all connections of our app

    @property
    def name(self) -> str:
        return f"{self.kind} ({self.note})" if self.note else self.kind


UNAVAILABLE, LIMITED = "provider_unavailable", "rate_limited"
HUBSPOT = [
    Definite("hubspot", "revoke", "access_revoked", 60),
    Definite("hubspot", "revoke", "access_revoked", 60, {"variant": "invalid_request"}, "invalid_request"),
    Definite("hubspot", "revoke", "access_revoked", 60, {"variant": "missing_or_unknown"}, "no error field"),
    Definite("hubspot", "uninstall", "app_uninstalled", 60),
    Definite(
        "hubspot", "remove_scopes", "scopes_removed", 60, {"scopes": ["content"]}, "required", scopes=("content",)
    ),
    Definite(
        "hubspot",
        "remove_scopes",
        None,
        60,
        {"scopes": ["crm.objects.contacts.read"]},
        "optional",
        scopes=("crm.objects.contacts.read",),
        status="connected",
    ),
    Definite("hubspot", "disable_account", "account_disabled", SIX_MINUTES),
    Definite("hubspot", "hub_deleted", "account_disabled", 60),
]
REFRESH_LIFE_S = 0.85 * 3600
KLAVIYO = [
    Definite("klaviyo", "revoke", "access_revoked", 60),
    Definite(
        "klaviyo",
        "revoke",
        "access_revoked",
        SIX_MINUTES,
        {"access_survives": True},
        "access token lives on",
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
    Definite("klaviyo", "uninstall", "access_revoked", 60),
    Definite("klaviyo", "expire_refresh", "access_revoked", SIX_MINUTES),
    Definite(
        "klaviyo",
        "remove_scopes",
        "scopes_removed",
        60,
        {"scopes": ["campaigns:read"]},
        "campaigns:read",
        scopes=("campaigns:read",),
    ),
    Definite(
        "klaviyo",
        "remove_scopes",
        "scopes_removed",
        60,
        {"scopes": ["accounts:read"]},
        "accounts:read",
        scopes=("accounts:read",),
    ),
    # Counted apart: with strict rotation a lost answer is the end of the grant, and nobody's decision.
    Definite(
        "klaviyo",
        "lost_refresh_response",
        "unknown",
        SIX_MINUTES,
        {"count": 1},
        "strict rotation",
        behaviour={"rotation": "strict"},
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
]
# An access token lives for a day and outlives its grant, so a dead refresh token shows at the next refresh; tokens of
# an hour keep the wait short.
HOUR_OF_LIFE = {"access_ttl_s": 3600}
KEAP = [
    Definite("keap", "revoke", "access_revoked", 60, {"access_survives": False}, "access token dies, too"),
    Definite(
        "keap",
        "revoke",
        "access_revoked",
        SIX_MINUTES,
        behaviour=HOUR_OF_LIFE,
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
    Definite(
        "keap",
        "revoke",
        "access_revoked",
        SIX_MINUTES,
        {"variant": "invalid_request"},
        "invalid_request",
        behaviour=HOUR_OF_LIFE,
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
    Definite("keap", "uninstall", "access_revoked", 60, {"access_survives": False}, "access token dies, too"),
    Definite("keap", "expire_refresh", "access_revoked", SIX_MINUTES),
    # Counted apart: Keap's rotation is strict, so a lost answer is the end of the grant, and nobody's decision.
    Definite(
        "keap",
        "lost_refresh_response",
        "unknown",
        SIX_MINUTES,
        {"count": 1},
        "strict rotation",
        behaviour=HOUR_OF_LIFE,
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
]
DEFINITE = HUBSPOT + KLAVIYO + KEAP

SOFT = [
    Soft("random_invalid_grant", None, {"rate": 0.3}),
    Soft("status", UNAVAILABLE, {"code": 500}, "500", quick=False),
    Soft("status", UNAVAILABLE, {"code": 502}, "502", quick=False),
    Soft("status", UNAVAILABLE, {"code": 503}, "503"),
    Soft("status", UNAVAILABLE, {"code": 504}, "504", quick=False),
    Soft("timeout", UNAVAILABLE),
    # Not at Keap: a refresh that is answered too late is processed, and its answer lost.
    Soft("slow", UNAVAILABLE, {"ms": 6000}, "beyond the deadline", providers=("hubspot", "klaviyo"), quick=False),
    Soft("slow", None, {"ms": 300}, "within the deadline", quick=False),
    Soft("reset", UNAVAILABLE),
    Soft("reset", UNAVAILABLE, {"when": "mid"}, "half an answer", quick=False),
    Soft("garbled", UNAVAILABLE),
    Soft("wrong_content_type", UNAVAILABLE, quick=False),
    Soft("huge_body", UNAVAILABLE, {"mb": 24}, quick=False),
    Soft("html_403", UNAVAILABLE),
    Soft("status", LIMITED, {"code": 429, "retry_after": 90, "scope": "api"}, "429"),
    Soft("status", LIMITED, {"code": 429, "retry_after": 0, "scope": "api"}, "429, Retry-After 0", quick=False),
    Soft("quota", LIMITED, {"limit": 0}),
    Soft("lost_refresh_response", None, {"count": 1}, "fixed rotation", providers=("hubspot",), quick=False),
    Soft(
        "lost_refresh_response",
        None,
        {"count": 1},
        "overlapping rotation",
        {"rotation": "overlap"},
        providers=("klaviyo",),
        quick=False,
    ),
    # Refreshes are counted for our whole app, so a ban of one connection is kept by all.
    Soft(
        "status",
        LIMITED,
        {"code": 429, "retry_after": 90, "scope": "token"},
        "429 at the token endpoint",
        quick=False,
        alone=True,
    ),
    Soft("clock_skew", None, {"s": -600}, quick=False),
    Soft("status", None, {"code": 401, "scope": "api", "count": 1}, "401 once"),
]

"""docs/faults.md as data: what is broken, and what must come of it. Mailboxes by password are in mail_rows.py."""

from collections.abc import Mapping
from typing import Any

from tests.faults.mail_rows import MAIL_DEFINITE, MAIL_SOFT
from tests.faults.row import LIMITED, PROBE_S, SIX_MINUTES, UNAVAILABLE, Definite, Soft

__all__ = ["DEFINITE", "LIMITED", "PROBE_S", "SIX_MINUTES", "SOFT", "UNAVAILABLE", "Definite", "Soft"]

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
GMAIL = "https://www.googleapis.com/auth/gmail."
FULL = "https://mail.google.com/"
GOOGLE = [
    Definite("google", "revoke", "access_revoked", 60),
    Definite("google", "revoke", "access_revoked", 60, {"variant": "bad_request"}, "Bad Request"),
    Definite(
        "google",
        "revoke",
        "access_revoked",
        SIX_MINUTES,
        {"access_survives": True},
        "access token lives on",
        seen_within_s=REFRESH_LIFE_S + 60,
    ),
    Definite("google", "uninstall", "access_revoked", 60),
    Definite("google", "expire_refresh", "access_revoked", SIX_MINUTES),
    Definite("google", "change_password", "access_revoked", 60),
    Definite("google", "admin_block", "admin_policy", 60),
    Definite("google", "disable_account", "account_disabled", 60),
    Definite("google", "hub_deleted", "account_disabled", 60, note="account deleted"),
    Definite("google", "interaction_required", "interaction_required", 60, seen_within_s=REFRESH_LIFE_S + 60),
    Definite(
        "google",
        "remove_scopes",
        "scopes_removed",
        60,
        {"scopes": [f"{GMAIL}send", f"{GMAIL}compose", FULL]},
        "required",
        scopes=(f"{GMAIL}send",),
        seen_within_s=REFRESH_LIFE_S + 60,
        told_by="/token",
    ),
    Definite(
        "google",
        "remove_scopes",
        None,
        60,
        {"scopes": [f"{GMAIL}readonly", FULL]},
        "optional",
        scopes=(f"{GMAIL}readonly",),
        status="connected",
    ),
]
# Of what Graph does not evaluate access tokens live on, so it shows at the next refresh; short lives keep that short.
HALF_AN_HOUR = {"access_ttl_s": 1800}
AT_REFRESH_S = 0.85 * 1800 + 60


def _microsoft(kind: str, cause: str, params: Mapping[str, Any] | None = None, note: str = "") -> Definite:
    return Definite(
        "microsoft", kind, cause, SIX_MINUTES, params or {}, note, behaviour=HALF_AN_HOUR, seen_within_s=AT_REFRESH_S
    )


def _evaluated(kind: str, cause: str, params: Mapping[str, Any] | None = None, note: str = "") -> Definite:
    """Graph tells it at the next call, however long its token would have lived."""
    return Definite("microsoft", kind, cause, 60, params or {}, note)


MICROSOFT = [
    _evaluated("revoke", "password_changed", note="50173: sessions ended or password reset"),
    _evaluated("revoke", "access_revoked", {"variant": "65001"}, "65001: consent removed"),
    _microsoft("uninstall", "access_revoked"),
    Definite("microsoft", "expire_refresh", "token_expired", SIX_MINUTES),
    _evaluated("change_password", "password_changed", {"by": "admin"}, "reset by an administrator"),
    _evaluated("admin_block", "admin_policy", {"variant": "50105"}, "50105"),
    _evaluated("admin_block", "admin_policy", {"variant": "53003"}, "53003"),
    _evaluated("interaction_required", "interaction_required"),
    _evaluated("interaction_required", "interaction_required", {"variant": "50076_invalid_grant"}, "as invalid_grant"),
    _evaluated("disable_account", "account_disabled"),
    Definite(
        "microsoft",
        "remove_scopes",
        "scopes_removed",
        60,
        {"scopes": ["Mail.Send"]},
        "required",
        behaviour=HALF_AN_HOUR,
        scopes=("Mail.Send",),
        seen_within_s=AT_REFRESH_S,
        told_by="/token",
    ),
    Definite(
        "microsoft",
        "remove_scopes",
        None,
        60,
        {"scopes": ["Mail.ReadWrite"]},
        "optional",
        scopes=("Mail.ReadWrite",),
        status="connected",
    ),
]
DEFINITE = HUBSPOT + KLAVIYO + KEAP + GOOGLE + MICROSOFT + MAIL_DEFINITE

SOFT = [
    Soft("random_invalid_grant", None, {"rate": 0.3}),
    Soft("status", UNAVAILABLE, {"code": 500}, "500", quick=False),
    Soft("status", UNAVAILABLE, {"code": 502}, "502", quick=False),
    Soft("status", UNAVAILABLE, {"code": 503}, "503"),
    Soft("status", UNAVAILABLE, {"code": 504}, "504", quick=False),
    Soft("timeout", UNAVAILABLE),
    Soft("slow", UNAVAILABLE, {"ms": 6000}, "beyond the deadline", providers=("hubspot", "google"), quick=False),
    # Where each refresh ends the old token, one that is answered too late is a lost answer, which has rows of its own.
    Soft(
        "slow",
        UNAVAILABLE,
        {"ms": 6000, "scope": "api"},
        "beyond the deadline",
        providers=("klaviyo", "keap", "microsoft"),
        quick=False,
    ),
    Soft("slow", None, {"ms": 300}, "within the deadline", quick=False),
    Soft("reset", UNAVAILABLE),
    Soft("reset", UNAVAILABLE, {"when": "mid"}, "half an answer", quick=False),
    Soft("garbled", UNAVAILABLE),
    Soft("wrong_content_type", UNAVAILABLE, quick=False),
    Soft("huge_body", UNAVAILABLE, {"mb": 24}, quick=False),
    Soft("html_403", UNAVAILABLE),
    Soft("status", LIMITED, {"code": 429, "retry_after": 90, "scope": "api"}, "429", ban_s=90),
    Soft("status", LIMITED, {"code": 429, "retry_after": 0, "scope": "api"}, "429, Retry-After 0", quick=False),
    Soft("quota", LIMITED, {"limit": 0}),
    Soft("lost_refresh_response", None, {"count": 1}, "fixed rotation", providers=("hubspot", "google"), quick=False),
    Soft(
        "lost_refresh_response",
        None,
        {"count": 1},
        "overlapping rotation",
        {"rotation": "overlap"},
        providers=("klaviyo", "microsoft"),
        quick=False,
    ),
    # Refreshes are counted for our whole app, so a ban of one connection is kept by all.
    Soft(
        "status",
        LIMITED,
        {"code": 429, "retry_after": 90, "scope": "token"},
        "429 at the token endpoint",
        ban_s=90,
        quick=False,
        alone=True,
    ),
    Soft("clock_skew", None, {"s": -600}, quick=False),
    Soft("status", None, {"code": 401, "scope": "api", "count": 1}, "401 once"),
]
SOFT += MAIL_SOFT

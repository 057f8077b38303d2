"""What the identity platform refuses, by AADSTS number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.responses import json_answer

_POLICY = {"access_token": {"polids": {"essential": True, "Values": ["5ce770ea-8690-4747-aa73-c5b3cd509cd4"]}}}


@dataclass(frozen=True, slots=True)
class Sts:
    """One AADSTS number as the token endpoint tells it."""

    number: int
    error: str
    text: str
    status: int = 400
    suberror: str | None = None
    claims: bool = False


def _grant(number: int, text: str, suberror: str | None = None) -> Sts:
    return Sts(number, "invalid_grant", text, suberror=suberror)


def _person(number: int, text: str) -> Sts:
    return Sts(number, "interaction_required", text, suberror="basic_action", claims=True)


_MFA = "Due to a configuration change made by your administrator, or because you moved to a new location, you must"
REVOKED = _grant(
    50173,
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed "
    "or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before which tokens are "
    "not valid) for this user is '{now}'.",
    "bad_token",
)
NO_CONSENT = _grant(
    65001,
    "The user or administrator has not consented to use the application with ID '{client}'. Send an interactive "
    "authorization request for this user and resource.",
    "consent_required",
)
IDLE = _grant(
    700082,
    "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
    "90.00:00:00.",
    "token_expired",
)
UNAUTHORIZED = _grant(70000, "The request was denied because one or more scopes requested are unauthorized or expired.")
MALFORMED = _grant(9002313, "Invalid request. Request is malformed or invalid.", "bad_token")
DISABLED = _grant(50057, "The user account is disabled.")
STS: dict[str, Sts] = {
    "50173": REVOKED,
    "65001": NO_CONSENT,
    "700082": IDLE,
    "70008": _grant(70008, "The provided authorization code or refresh token has expired due to inactivity."),
    "70000": UNAUTHORIZED,
    "50132": _grant(50132, "The session is not valid due to password expiration or recent password change."),
    "50133": _grant(50133, "The session is not valid due to password expiration or recent password change."),
    "50055": _grant(50055, "The password is expired."),
    "53003": _grant(53003, "Access has been blocked by Conditional Access policies."),
    "53000": _person(53000, "Device is not in required device state: non-compliant."),
    "50105": _grant(50105, "The signed in user is not assigned to a role for the application '{client}'."),
    "530032": _grant(530032, "Access has been blocked by a security policy of the tenant."),
    "700016": Sts(700016, "unauthorized_client", "Application '{client}' was not found."),
    "7000112": Sts(7000112, "unauthorized_client", "Application '{client}' is disabled."),
    "50076": _person(50076, f"{_MFA} use multi-factor authentication to access Graph."),
    "50079": _person(50079, f"{_MFA} enroll in multi-factor authentication."),
    "50158": _person(50158, "External security challenge was not satisfied."),
    "50076_invalid_grant": Sts(50076, "invalid_grant", f"{_MFA} use MFA.", 400, "basic_action", True),
    "70043": _grant(70043, "The refresh token has expired or is invalid due to sign-in frequency checks."),
    "50057": DISABLED,
    "50196": Sts(50196, "invalid_grant", "The server terminated an operation: it encountered a client request loop."),
    "90033": Sts(90033, "temporarily_unavailable", "A transient error has occurred. Please try again."),
}  # fmt: skip


def sts(call: Call, told: Sts, more: Mapping[str, str] | None = None, *, issued: float | None = None) -> Response:
    """The body of a refusal. ``suberror`` and ``claims`` only where the number has them."""
    now, trace = call.world.now(), call.request_id
    text = told.text.format(
        client=call.client_id or "", issued=iso_z(now if issued is None else issued), now=iso_z(now), **(more or {})
    )
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    correlation = call.headers.get("client-request-id", trace)
    body: dict[str, Any] = {
        "error": told.error,
        "error_description": f"AADSTS{told.number}: {text} Trace ID: {trace} Correlation ID: {correlation} "
        f"Timestamp: {stamp}",
        "error_codes": [told.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{call.base}/error?code={told.number}",
    }
    if told.suberror:
        body["suberror"] = told.suberror
    if told.claims:
        body["claims"] = json.dumps(_POLICY, separators=(",", ":"))
    return json_answer(body, told.status, {"cache-control": "no-store", "x-ms-request-id": trace})


def description(call: Call, told: Sts) -> str:
    """For a redirect."""
    return f"AADSTS{told.number}: {told.text.format(client=call.client_id or '', issued='', now='')}"


def dead_refresh(call: Call, variant: str | None) -> Response:
    """By default what says least: a true revocation names itself."""
    return sts(call, STS.get(variant or "70000", UNAUTHORIZED))

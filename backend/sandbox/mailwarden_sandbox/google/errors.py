"""Google's ways of saying no: OAuth errors, and the API's envelope with its old and its new half."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.responses import html_answer, json_answer, retry_header

DEAD_REFRESH = {"documented": "Token has been expired or revoked.", "bad_request": "Bad Request"}
_REALM = 'Bearer realm="https://accounts.google.com/"'
_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip


def token_error(error: str, description: str | None, status: int = 400, **more: str) -> Response:
    said = {"error": error, **({"error_description": description} if description else {}), **more}
    return json_answer(said, status, {"cache-control": "no-cache, no-store"})


def dead_refresh(call: Call, variant: str | None) -> Response:
    wording = variant or (call.account.behaviour.variant if call.account else "documented")
    return token_error("invalid_grant", DEAD_REFRESH.get(wording, DEAD_REFRESH["documented"]))


def refused_account(account: Account) -> Response | None:
    """What the token endpoint says about an account that is gone, blocked, or must sign in again."""
    if account.deleted:
        return token_error("invalid_grant", "Account has been deleted")
    if account.suspended:
        return token_error("invalid_grant", "Account has been disabled")
    if account.blocked:
        return token_error("admin_policy_enforced", "Access to this service is restricted by an administrator.")
    if account.interaction:
        return token_error("invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt")
    return None


def api_error(
    status: int, reason: str, message: str, *, detail: Mapping[str, Any] | None = None, domain: str = "global",
    rpc: str | None = None, headers: Mapping[str, str] | None = None, **where: str,
) -> Response:  # fmt: skip
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason, **where}],
        "status": rpc or _STATUS.get(status, "UNKNOWN"),
    }
    if detail:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com", **detail}]
    return json_answer({"error": error}, status, headers)


def unauthenticated(call: Call) -> Response:
    wrong = call.bearer is not None
    return api_error(
        401,
        "authError" if wrong else "required",
        "Invalid Credentials" if wrong else "Login Required.",
        headers={"www-authenticate": _REALM + (', error="invalid_token"' if wrong else "")},
        location="Authorization",
        locationType="header",
    )


def scopes_missing(scopes: tuple[str, ...]) -> Response:
    challenge = f'{_REALM}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    return api_error(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        detail={"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "metadata": {"service": "gmail.googleapis.com"}},
        headers={"www-authenticate": challenge},
    )


def domain_policy() -> Response:
    return api_error(403, "domainPolicy", "The domain administrators have disabled Gmail apps.")


def bad_request(message: str, reason: str = "invalidArgument") -> Response:
    return api_error(400, reason, message, rpc="FAILED_PRECONDITION" if reason == "failedPrecondition" else None)


def not_found(message: str = "Requested entity was not found.") -> Response:
    return api_error(404, "notFound", message)


def rate_limited(until: float) -> Response:
    """Gmail says in words only when to come back."""
    return api_error(
        429, "rateLimitExceeded", f"User-rate limit exceeded.  Retry after {iso_millis(until)}", domain="usageLimits"
    )


def sending_limit() -> Response:
    return api_error(429, "rateLimitExceeded", "User-rate limit exceeded (Mail sending)", domain="usageLimits")


_WORDS = {
    403: ("rateLimitExceeded", "Rate Limit Exceeded"),
    404: ("notFound", "Requested entity was not found."),
    429: ("rateLimitExceeded", "Too many concurrent requests for user"),
    500: ("backendError", "Internal error encountered."),
    503: ("backendError", "The service is currently unavailable."),
}


def refuse(call: Call, status: int, retry_after: float | None) -> Response:
    headers = retry_header(retry_after)
    if status in (502, 504):
        page = f"<!DOCTYPE html><html lang=en><title>Error {status} (Server Error)</title><p>That’s an error.</html>"
        return html_answer(page, status, headers)
    if call.area == "token":
        error = "rate_limit_exceeded" if status == 429 else "internal_failure" if status >= 500 else "invalid_request"
        answer = token_error(error, None, status)
        answer.headers.update(headers)
        return answer
    if status == 401:
        return unauthenticated(call)
    reason, message = _WORDS.get(status, ("backendError" if status >= 500 else "badRequest", "The request failed."))
    return api_error(status, reason, message, headers=headers)

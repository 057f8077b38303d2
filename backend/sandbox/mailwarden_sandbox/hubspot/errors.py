"""HubSpot's ways of saying no."""

from starlette.responses import Response

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_millis
from mailwarden_sandbox.responses import html_answer, json_answer, retry_header

_DEAD = "refresh token is invalid, expired or revoked"
DEAD_REFRESH = {
    "documented": {
        "error": "invalid_grant", "error_description": _DEAD, "status": "BAD_REFRESH_TOKEN", "message": _DEAD,
    },
    "invalid_request": {
        "error": "invalid_request", "error_description": _DEAD, "status": "BAD_REFRESH_TOKEN", "message": _DEAD,
    },
    "missing_or_invalid": {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"},
    "missing_or_unknown": {"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown refresh token"},
}  # fmt: skip


def token_error(call: Call, word: str, error: str, message: str) -> Response:
    body = {"error": error, "error_description": message, "status": word, "message": message}
    return json_answer({**body, "correlationId": call.request_id}, 400)


def dead_refresh(call: Call, variant: str | None) -> Response:
    wording = variant or (call.account.behaviour.variant if call.account else "documented")
    body = DEAD_REFRESH.get(wording, DEAD_REFRESH["documented"])
    return json_answer({**body, "correlationId": call.request_id}, 400)


def bad_hub(call: Call) -> Response:
    return token_error(call, "BAD_HUB", "access_denied", "missing or unknown hub id")


def api_error(call: Call, status: int, category: str, message: str, **more: object) -> Response:
    body = {"status": "error", "message": message, "correlationId": call.request_id, **more, "category": category}
    return json_answer(body, status)


def expired(call: Call, expired_at: float) -> Response:
    seconds = max(0, int(call.world.now() - expired_at))
    message = f"The OAuth token used to make this call expired {seconds} second(s) ago."
    return api_error(call, 401, "EXPIRED_AUTHENTICATION", message, context={"expire time": [iso_millis(expired_at)]})


def unauthenticated(call: Call) -> Response:
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return api_error(call, 401, "INVALID_AUTHENTICATION", message)


def malformed_token() -> Response:
    return html_answer("<!DOCTYPE html><html><body><h1>Error 1016</h1></body></html>", 530, {"server": "cloudflare"})


def missing_scopes(call: Call, scopes: tuple[str, ...]) -> Response:
    message = (
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes."
    )
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    links = {"scopes": "https://developers.hubspot.com/scopes"}
    return api_error(call, 403, "MISSING_SCOPES", message, errors=[detail], links=links)


def invalid(call: Call, message: str, name: str) -> Response:
    errors = [{"message": message, "code": "INVALID_PARAMETER", "context": {"propertyName": [name]}}]
    return api_error(call, 400, "VALIDATION_ERROR", f"Invalid input: {message}", errors=errors)


def not_found(call: Call, what: str = "resource not found") -> Response:
    return api_error(call, 404, "OBJECT_NOT_FOUND", what)


def rate_limited(call: Call, policy: str = "TEN_SECONDLY_ROLLING", retry_after: float | None = None) -> Response:
    body = {
        "status": "error",
        "message": f"You have reached your {policy.removesuffix('_ROLLING').lower()}"
        + ("_rolling limit." if policy.endswith("_ROLLING") else " limit."),
        "errorType": "RATE_LIMIT",
        "correlationId": call.request_id,
        "policyName": policy,
        "requestId": call.request_id,
    }
    return json_answer(body, 429, retry_header(retry_after))


_MESSAGES = {
    423: "The account is locked while a large change is being processed.",
    477: "The account is being migrated to another hosting location.",
    502: "Bad gateway",
    503: "Service temporarily unavailable",
    504: "Request timed out",
}


def refuse(call: Call, status: int, retry_after: float | None) -> Response:
    if status == 429:
        return rate_limited(call, retry_after=retry_after)
    if status in (401, 404):
        return unauthenticated(call) if status == 401 else not_found(call)
    if status in (502, 504, 524):
        return html_answer(f"<html><body><h1>Error {status}</h1></body></html>", status, retry_header(retry_after))
    message = _MESSAGES.get(status, "internal error" if status >= 500 else "the request was refused")
    response = api_error(call, status, "INTERNAL_ERROR" if status >= 500 else "REFUSED", message)
    response.headers.update(retry_header(retry_after))
    return response


def portal(account: Account) -> int | str:
    """Portal ids are numbers in JSON."""
    return int(account.external_id) if account.external_id.isdigit() else account.external_id

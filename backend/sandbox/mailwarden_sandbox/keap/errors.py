"""Keap's ways of saying no: its gateway's faults, the errors of v1 and v2, and those of the token endpoint."""

from collections.abc import Mapping

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.responses import html_answer, json_answer, retry_header

DEAD_REFRESH = {
    "documented": {"error": "invalid_grant", "error_description": "Invalid refresh token"},
    "invalid_request": {"error": "invalid_request", "error_description": "Invalid Refresh Token"},
}
"""The older and the newer gateway's wording."""

_WORDS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_QUOTA = {"code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": None}


class BadRequest(ValueError):
    """A request that Keap answers with 400; ``resource`` names the part that is wrong."""

    def __init__(self, message: str, resource: str) -> None:
        super().__init__(message)
        self.resource = resource


def token_error(error: str, description: str, status: int = 400) -> Response:
    return json_answer({"error": error, "error_description": description}, status)


def dead_refresh(call: Call, variant: str | None) -> Response:
    wording = variant or (call.account.behaviour.variant if call.account else "documented")
    return json_answer(DEAD_REFRESH.get(wording, DEAD_REFRESH["documented"]), 400)


def fault(text: str, code: str, status: int = 401) -> Response:
    """The gateway's own voice; the API behind it never saw the call."""
    return json_answer({"fault": {"faultstring": text, "detail": {"errorcode": code}}}, status)


def invalid_token() -> Response:
    return fault("Invalid access token", "oauth.v2.InvalidAccessToken")


def expired_token() -> Response:
    return fault("Access Token expired", "keymanagement.service.access_token_expired")


def api_error(call: Call, status: int, message: str, resource: str | None = None) -> Response:
    """v1 answers in the shape of an exception, v2 in that of its schema ``Error``."""
    if "/v1/" in call.path:
        return json_answer({"message": message}, status)
    details = [{"domain": "core", "resource": resource}] if resource else []
    word = _WORDS.get(status, "INTERNAL" if status >= 500 else "FAILED_PRECONDITION")
    return json_answer({"code": status, "message": message, "status": word, "details": details}, status)


def invalid(call: Call, bad: BadRequest) -> Response:
    return api_error(call, 400, str(bad), bad.resource)


def not_found(call: Call, what: str) -> Response:
    return api_error(call, 404, f"{what} not found", what.lower())


def quota_exceeded(headers: Mapping[str, str] | None = None) -> Response:
    """``code`` is a text here, against the specification; Retry-After is not sent."""
    return json_answer(_QUOTA, 429, headers)


def refuse(call: Call, status: int, retry_after: float | None) -> Response:
    headers = retry_header(retry_after)
    if status == 429:
        return quota_exceeded(headers)
    if status == 401:
        return invalid_token()
    if status in (502, 504, 524):
        return html_answer(f"<html><body><h1>Error {status}</h1></body></html>", status, headers)
    if status == 503:
        text = "The Service is temporarily unavailable"
        response = fault(text, "messaging.adaptors.http.flow.ServiceUnavailable", 503)
    else:
        response = api_error(call, status, "Internal error" if status >= 500 else "The request was refused")
    response.headers.update(headers)
    return response

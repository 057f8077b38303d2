"""Klaviyo's ways of saying no: JSON:API errors, and RFC 6749 errors at the token endpoint."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.responses import html_answer, json_answer, retry_header

MEDIA_TYPE = "application/vnd.api+json"
_DEAD = "The refresh token is invalid, expired or revoked."
DEAD_REFRESH = {"documented": "invalid_grant", "invalid_grant_type": "invalid_grant_type"}


class BadRequest(ValueError):
    """A request that Klaviyo answers with 400; ``source`` is its JSON:API error source."""

    def __init__(self, detail: str, source: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.source = source


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return json_answer(body, status, headers, MEDIA_TYPE)


def problem(
    call: Call, status: int, code: str, title: str, detail: str, source: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    error = {
        "id": call.request_id, "status": status, "code": code, "title": title, "detail": detail,
        "source": dict(source or {"pointer": "/data/"}), "links": {}, "meta": {},
    }  # fmt: skip
    return answer({"errors": [error]}, status, headers)


def invalid(call: Call, bad: BadRequest) -> Response:
    return problem(call, 400, "invalid", "Invalid input.", str(bad), bad.source)


def not_authenticated(call: Call, detail: str) -> Response:
    title = "Authentication credentials were not provided."
    return problem(call, 401, "not_authenticated", title, detail, headers={"www-authenticate": "Bearer"})


def permission_denied(call: Call, scopes: tuple[str, ...]) -> Response:
    detail = f"Your access token does not have the required scopes: {', '.join(scopes)}."
    title = "You do not have permission to perform this action."
    return problem(call, 403, "permission_denied", title, detail)


def not_found(call: Call, detail: str) -> Response:
    return problem(call, 404, "not_found", "Not found.", detail)


def throttled(call: Call, retry_after: float) -> Response:
    detail = f"Request was throttled. Expected available in {retry_after:g} seconds."
    return problem(call, 429, "throttled", "Request was throttled.", detail, headers=retry_header(retry_after))


def token_error(error: str, description: str, status: int = 400) -> Response:
    return json_answer({"error": error, "error_description": description}, status)


def dead_refresh(call: Call, variant: str | None) -> Response:
    wording = variant or (call.account.behaviour.variant if call.account else "documented")
    return token_error(DEAD_REFRESH.get(wording, "invalid_grant"), _DEAD)


_TITLES = {
    401: ("not_authenticated", "Authentication credentials were not provided."),
    403: ("permission_denied", "You do not have permission to perform this action."),
    404: ("not_found", "Not found."),
    503: ("service_unavailable", "Service is unavailable."),
}


def refuse(call: Call, status: int, retry_after: float | None) -> Response:
    if status == 429:
        return throttled(call, 1 if retry_after is None else retry_after)
    headers = retry_header(retry_after)
    if status in (502, 504, 524):
        return html_answer(f"<html><body><h1>Error {status}</h1></body></html>", status, headers)
    code, title = _TITLES.get(status, ("error", "A server error occurred." if status >= 500 else "The request failed."))
    return problem(call, status, code, title, title, headers=headers)

"""Graph's ways of saying no."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.microsoft.sts import STS, sts
from mailwarden_sandbox.responses import html_answer, json_answer, retry_header

_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


def graph(
    call: Call, status: int, code: str, message: str, headers: Mapping[str, str] | None = None, inner: str | None = None
) -> Response:
    """Graph's envelope. Its ids are in the headers, too."""
    client_id = call.headers.get("client-request-id", call.request_id)
    details: dict[str, Any] = {"date": iso_z(call.world.now())[:-1], "request-id": call.request_id}
    details["client-request-id"] = client_id
    if inner:
        details = {"code": inner, **details}
    told = {**(headers or {}), "client-request-id": client_id}
    return json_answer({"error": {"code": code, "message": message, "innerError": details}}, status, told)


def unauthorized(call: Call, message: str) -> Response:
    return graph(call, 401, "InvalidAuthenticationToken", message, {"www-authenticate": _CHALLENGE})


def claims_wanted(call: Call) -> Response:
    """Continuous access evaluation: the token is good by its time, but something happened since it was issued."""
    since = {"access_token": {"nbf": {"essential": True, "value": str(int(call.world.now()))}}}
    encoded = base64.b64encode(json.dumps(since, separators=(",", ":")).encode()).decode()
    challenge = f'{_CHALLENGE}, error="insufficient_claims", claims="{encoded}"'
    text = (
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
        "TokenIssuedBeforeRevocationTimestamp"
    )
    return graph(call, 401, "InvalidAuthenticationToken", text, {"www-authenticate": challenge})


def access_denied(call: Call) -> Response:
    return graph(call, 403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def throttled(call: Call, retry_after: float, concurrency: bool = False) -> Response:
    limit = "MailboxConcurrency" if concurrency else "Mailbox request count"
    message = f"Application is over its {limit} limit."
    return graph(call, 429, "ApplicationThrottled", message, retry_header(retry_after))


def not_found(call: Call) -> Response:
    return graph(call, 404, "ErrorItemNotFound", "The specified object was not found in the store.")


def bad(call: Call, code: str, message: str) -> Response:
    return graph(call, 400, code, message)


_CODES = {
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    404: ("ErrorItemNotFound", "The specified object was not found in the store."),
    410: ("resyncRequired", "The sync state is no longer valid. Start again without it."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable."),
}


def refuse(call: Call, status: int, retry_after: float | None) -> Response:
    if status == 429 and call.area is not Area.TOKEN:
        return throttled(call, 1 if retry_after is None else retry_after)
    headers = retry_header(retry_after)
    if status in (502, 504):
        return html_answer(f"<html><body><h1>Error {status}</h1></body></html>", status, headers)
    if call.area is Area.TOKEN:
        return _busy(call, status, headers)
    code, message = _CODES.get(status, ("UnknownError", "An unexpected error occurred."))
    return graph(call, status, code, message, headers)


def _busy(call: Call, status: int, headers: Mapping[str, str]) -> Response:
    answer = sts(call, replace(STS["90033"], status=status))
    answer.headers.update(headers)
    return answer

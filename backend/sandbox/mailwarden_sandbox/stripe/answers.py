"""Stripe's ways to say no, and how a request is taken once."""

from collections.abc import Callable
from functools import wraps

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.provider import Route
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.stripe.engine import Declined, settle
from mailwarden_sandbox.stripe.state import Object, StripeState


class Missing(Exception):
    """No such object."""


class Wrong(Exception):
    """A parameter that cannot be."""

    def __init__(self, said: str, code: str = "parameter_invalid") -> None:
        super().__init__(said)
        self.code = code


def fail(status: int, kind: str, message: str, **more: str) -> Response:
    return json_answer({"error": {"type": kind, "message": message, **more}}, status)


def handled(handler: Callable[[Call], Object]) -> Callable[[Call], Response]:
    """What is due by the clock is done first; a repeated idempotency key gets the first answer again."""

    @wraps(handler)
    def once(call: Call) -> Response:
        settle(call.world)
        state, key = call.world.part(StripeState), call.headers.get("idempotency-key")
        asked = f"{call.method} {call.path} {call.body.decode(errors='replace')}"
        if call.method != "POST" or key is None:
            return _answer(handler, call)
        if key in state.answered:
            status, body, before = state.answered[key]
            if before != asked:
                said = "Keys for idempotent requests can only be used with the same parameters."
                return fail(400, "idempotency_error", said)
            return Response(body, status, {"idempotent-replayed": "true"}, media_type="application/json")
        answer = _answer(handler, call)
        state.answered[key] = answer.status_code, bytes(answer.body), asked
        return answer

    return once


def _answer(handler: Callable[[Call], Object], call: Call) -> Response:
    try:
        return json_answer(handler(call))
    except Missing as exc:
        return fail(404, "invalid_request_error", f"No such object: {exc}", code="resource_missing")
    except Wrong as exc:
        return fail(400, "invalid_request_error", str(exc), code=exc.code)
    except Declined:
        said = "Your card was declined."
        return fail(402, "card_error", said, code="card_declined", decline_code="generic_decline")


def admit(call: Call, _: Route) -> Response | None:
    key = call.bearer or (call.basic[0] if call.basic else "")
    if key.startswith(("sk_test_", "rk_test_")):
        return None
    return fail(401, "invalid_request_error", "Invalid API Key provided.")


def refuse(_: Call, status: int, retry_after: float | None) -> Response:
    kinds = {429: "rate_limit_error", 400: "invalid_request_error", 401: "authentication_error"}
    answer = fail(status, kinds.get(status, "api_error"), "Something is wrong.")
    if retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    return answer


def unknown_path(call: Call) -> Response:
    return fail(404, "invalid_request_error", f"Unrecognized request URL ({call.method}: {call.path}).")

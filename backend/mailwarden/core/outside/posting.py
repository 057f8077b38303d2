"""One attempt: the bytes go out once, and any answer but 2xx before the deadline is a failure."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from mailwarden.core.http import Answer, BodyTooLarge, NoAnswer, send_once
from mailwarden.core.outside.rules import is_delivered, retry_after_s
from mailwarden.core.runtime import Runtime

DEADLINE_S = 20.0
MOST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Posted:
    """``error`` None: delivered. Of the answer's text nothing is kept: it could be some inner service's."""

    status: int | None
    error: str | None
    duration_ms: int | None = None
    retry_after_s: float = 0.0


async def post_json(
    rt: Runtime,
    http: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    deadline_s: float = DEADLINE_S,
) -> Posted:
    """``http`` is a guarded client, see ``reach.open_http``."""
    named = {"content-type": "application/json", **headers}
    try:
        request = http.build_request("POST", url, headers=named, content=body)
        answer = await send_once(http, request, deadline_s=deadline_s, max_bytes=MOST_ANSWER)
    except httpx.InvalidURL:
        return Posted(None, "unreachable")
    except NoAnswer as exc:
        return Posted(None, _why(exc))
    return _judge(rt, answer)


def _judge(rt: Runtime, answer: Answer) -> Posted:
    error = None if is_delivered(answer.status) else "http_status"
    wait_s = retry_after_s(answer.status, answer.headers.get("retry-after"), rt.clock.now())
    return Posted(answer.status, error, answer.duration_ms, wait_s)


def _why(exc: NoAnswer) -> str:
    """Coarse on purpose, and without a duration: neither may tell which hosts and ports there are in our network."""
    if isinstance(exc.__cause__, TimeoutError) and exc.sent:
        return "timeout"
    return "answer_too_large" if isinstance(exc.__cause__, BodyTooLarge) else "unreachable"

"""Answers."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


def json_answer(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, headers, media_type=f"{media_type};charset=utf-8")


def html_answer(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="text/html")


def retry_header(retry_after_s: float | None) -> dict[str, str]:
    return {} if retry_after_s is None else {"retry-after": f"{retry_after_s:g}"}

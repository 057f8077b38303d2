"""The outside world of a test: what each provider address answers."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx

Reply = Callable[[httpx.Request], httpx.Response]


class Replies(dict[str, Any]):
    """By ``"METHOD /path"``: a function, one response for ever, or an iterator of responses. Records every request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        name = f"{request.method} {request.url.path}"
        if name not in self:
            raise AssertionError(f"the test expects no request {name}")
        reply = self[name]
        if isinstance(reply, Iterator):
            reply = next(reply)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        answered: httpx.Response = reply(request)
        return answered

    def count(self, name: str) -> int:
        return sum(1 for one in self.requests if f"{one.method} {one.url.path}" == name)

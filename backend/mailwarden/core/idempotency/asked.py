"""What a request with an `Idempotency-Key` is, told before anything of it is carried out."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATE = "mailwarden.idempotency"
METHODS = frozenset({"POST", "PATCH"})
KEY = re.compile(r"[\x21-\x7e]{1,255}")
LARGEST = 32 << 20  # above any body that a route takes


@dataclass
class Asked:
    """Of one request. ``row`` once its key was claimed; ``apart`` where the route has no transaction of its own."""

    key: str
    digest: bytes
    row: tuple[UUID, UUID] | None = field(default=None)  # (organization, row)
    apart: bool = False

    @property
    def is_wellformed(self) -> bool:
        return KEY.fullmatch(self.key) is not None


def canonical(body: bytes) -> bytes:
    """The same JSON written in another way is the same request."""
    try:
        return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return body


def digest(scope: Scope, body: bytes) -> bytes:
    query = b"&".join(sorted(scope["query_string"].split(b"&")))
    head = f"{scope['method']} {scope['path']}?".encode() + query + b"\n"
    return hashlib.sha256(head + canonical(body)).digest()


class ReadsKeys:
    """ASGI: reads the body of requests that bring a key, and hands it on unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in METHODS:
            named = [value for name, value in scope["headers"] if name == b"idempotency-key"]
            if named:
                messages = await _read(receive)
                body = b"".join(one.get("body", b"") for one in messages)
                scope[STATE] = Asked(b",".join(named).decode("latin-1"), digest(scope, body))
                receive = _again(messages, receive)
        await self._app(scope, receive, send)


async def _read(receive: Receive) -> list[Message]:
    messages: list[Message] = []
    size, more = 0, True
    while more and size <= LARGEST:  # what is larger is refused by the route, which goes on reading
        messages.append(message := await receive())
        size += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    kept = iter(messages)

    async def replay() -> Message:
        for message in kept:
            return message
        return await receive()

    return replay

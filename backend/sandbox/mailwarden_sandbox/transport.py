"""The wire under an answer: cutting it, leaving it silent, flooding it."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

EXTENSION = "sandbox.transport"
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class AbortableProtocol(H11Protocol):
    """Hands its transport to the application, which ASGI has no way to ask for."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        inner = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = self.transport
            await inner(scope, receive, send)

        self.app = with_transport


class Cut(ConnectionResetError):
    """Stands for a cut connection where the application runs without a socket (in-process tests)."""


class Exchange:
    """One request's way back."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.headers: dict[str, str] = {}
        """Go on every answer of this exchange, real or not."""
        self._transport: asyncio.Transport | None = (scope.get("extensions") or {}).get(EXTENSION)

    async def body(self) -> bytes:
        parts = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                return b"".join(parts)

    async def answer(self, response: Response) -> None:
        response.headers.update(self.headers)
        await response(self._scope, self._receive, self._send)

    async def cut(self) -> None:
        """Reset the connection: the caller sees ECONNRESET, not an orderly end."""
        if self._transport is None:
            raise Cut
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        self._transport.abort()
        await self._gone()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue

    async def hang(self, seconds: float) -> None:
        """Say nothing until the caller gives up, at most this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._gone()
        except TimeoutError:
            await self.cut()

    @property
    def left(self) -> bool:
        """The caller is gone."""
        return self._transport is not None and self._transport.is_closing()

    async def start(self, status: int, headers: dict[str, str]) -> None:
        raw = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in {**headers, **self.headers}.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, chunk: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})

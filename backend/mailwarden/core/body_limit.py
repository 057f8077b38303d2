"""No request makes us hold more than its route can use."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20  # bytes of a body where nothing else is said


class LimitBody:
    """ASGI: a larger body is answered 413 where it is read. ``larger``: paths that begin so may take more.

    Only what begins with ``under`` is looked at; other receivers have limits of their own.
    """

    def __init__(self, app: ASGIApp, under: str, larger: Mapping[str, int]) -> None:
        self._app = app
        self._under = under
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._under):
            receive = self._counted(scope["path"], receive)
        await self._app(scope, receive, send)

    def _counted(self, path: str, receive: Receive) -> Receive:
        most = next((size for begin, size in self._larger.items() if path.startswith(begin)), MOST)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, f"The body is larger than {most >> 20} MiB.", {"Connection": "close"})
            return message

        return counted

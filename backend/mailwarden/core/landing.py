"""Routes that a person's browser is sent to from outside: whatever goes wrong there, they land on a page of ours."""

import json
import re
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNAUTHENTICATED = 401
# No second slash and no backslash at the beginning: browsers read another host there. As it stands in an address bar.
LOCAL = re.compile(r"/([!-.0-\[\]-~][!-\[\]-~]{0,1998})?")


def local_path(asked: str | None) -> str:
    """Where somebody wants to go on, if that is a page of ours; else nothing."""
    return asked if asked and LOCAL.fullmatch(asked) else ""


class LandInApp:
    """Turns every refusal below ``prefix`` into a redirect: to sign-in, or to ``page?error=<code of the problem>``."""

    def __init__(self, app: ASGIApp, *, prefix: str, page: str) -> None:
        self._app = app
        self._prefix = prefix
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        status, body = 0, b""

        async def kept(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            if status < 400:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await RedirectResponse(self._target(scope["path"], status, body), 303)(scope, receive, send)

        await self._app(scope, receive, kept)

    def _target(self, path: str, status: int, body: bytes) -> str:
        if status == UNAUTHENTICATED:
            return f"/sign-in?next={self._page}/{quote(path[len(self._prefix) :])}"
        return f"{self._page}?error={_code(body)}"


def _code(body: bytes) -> str:
    try:
        return quote(str(json.loads(body)["code"]), safe="")
    except (ValueError, KeyError, TypeError):
        return "internal_error"

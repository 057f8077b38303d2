"""An API of its own that serves one request with an `Idempotency-Key` and is killed (kill -9) in it.

``before``: as its transaction is about to be committed. ``after``: the commit is done, and no byte of the answer left.
"""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import uvicorn
from sqlalchemy import event
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailwarden.compose import open_runtime
from mailwarden.core.idempotency.models import IdempotencyKey
from mailwarden.main import create_app
from mailwarden.settings import Settings


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DiesAnswering:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def never(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                die()
            await send(message)

        await self._app(scope, receive, never if scope["type"] == "http" else send)


def die_before_commit() -> None:
    """Of the transaction that stores an answer: the effect is in it."""

    def look(session: Session) -> None:
        session.flush()
        if session.info.get("stores"):
            die()

    def note(state: Any) -> None:
        if state.is_update and state.bind_mapper is not None and state.bind_mapper.class_ is IdempotencyKey:
            state.session.info["stores"] = True

    event.listen(Session, "before_commit", look)
    event.listen(Session, "do_orm_execute", note)


async def main(raw: str, moment: str) -> None:
    settings = Settings.model_validate_json(raw)
    listener = socket.create_server(("127.0.0.1", 0))
    async with open_runtime(settings, application="test-dying-api") as rt:
        app: ASGIApp = create_app(rt)
        if moment == "before":
            die_before_commit()
        else:
            app = DiesAnswering(app)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        await uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical")).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))

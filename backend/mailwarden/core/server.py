"""The server: connections that bring no request are let go, and a process that is told to stop says so first."""

import asyncio
import resource
import signal
import time
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_S = 30.0  # for a whole request head, however its bytes drip
SPARE_FILES = 256  # for everything that is no waiting client


class Leaving:
    """Whether this process was told to stop: it still serves, and nobody should send it anything new."""

    now = False


def most_waiting() -> int:
    """Clients that may hold a connection without asking anything. Past it the one that waits longest makes room."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(64, min(4096, (allowed if allowed > 0 else 4096) - SPARE_FILES))


class Hurried(H11Protocol):
    """uvicorn waits for a request's head for ever: a byte now and then would hold a connection as long as one likes."""

    waiting: "dict[Hurried, None]" = {}  # noqa: RUF012 - of all connections of the process, longest waiting first
    most = most_waiting()
    head_s = HEAD_S
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._asks():
            self._calm()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._asks() and not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def _asks(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn says it is always there
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._calm()
        self._ends = self.loop.call_later(self.head_s, self._let_go)
        self.waiting[self] = None
        if len(self.waiting) > self.most:
            next(iter(self.waiting))._let_go()

    def _calm(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None
        self.waiting.pop(self, None)

    def _let_go(self) -> None:
        self._calm()
        self.transport.abort()


class Server(uvicorn.Server):
    """After SIGTERM it serves on for ``linger_s`` while `/readyz` says no, so that balancers look elsewhere first."""

    def __init__(self, config: uvicorn.Config, linger_s: float) -> None:
        super().__init__(config)
        self._linger_s = linger_s
        self._leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and self._linger_s and self._leaves_at is None:
            self._leaves_at, Leaving.now = time.monotonic() + self._linger_s, True
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._leaves_at is not None and time.monotonic() >= self._leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)

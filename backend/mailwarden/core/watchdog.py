"""A process whose event loop stands still ends itself: its supervisor starts another, and its leases run out.

A suspended machine, or a process that was stopped for a while, is no blocked loop: only time that the watcher itself
lived through counts. Code that never gives up the interpreter's lock (a regular expression gone wild) keeps the watcher
from looking, too. For that there is a timer of the kernel, which counts the process' own work and needs no lock.
"""

import asyncio
import contextlib
import faulthandler
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

BLOCKED = 70  # exit status: EX_SOFTWARE of sysexits.h
LOOKS = 10  # within the limit
SPARE = 1.2  # of the limit: the kernel's timer leaves the first word to the watcher, who can tell more
TELL_S = 1.0


class Stillness:
    """Seconds for which no beat came, as far as somebody was awake to notice."""

    def __init__(self, longest_s: float) -> None:
        """``longest_s``: what one look may add. Less than the limit, or a suspended machine would reach it at once."""
        self._longest_s = longest_s
        self._seen = -1
        self._still_s = 0.0

    def look(self, beats: int, waited_s: float) -> float:
        """``waited_s``: since the look before, by a clock that may have gone on while nobody ran."""
        self._still_s = self._still_s + min(waited_s, self._longest_s) if beats == self._seen else 0.0
        self._seen = beats
        return self._still_s


class Watchdog:
    """Watches the loop of the thread that makes it."""

    def __init__(self, limit_s: float, end: Callable[[str], None]) -> None:
        self.look_s = limit_s / LOOKS
        self._limit_s = limit_s
        self._end = end
        self._loop = threading.get_ident()
        self._beats = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    async def beat(self) -> None:
        while True:
            self._beats += 1
            signal.setitimer(signal.ITIMER_PROF, self._limit_s * SPARE)
            await asyncio.sleep(self.look_s)

    def _watch(self) -> None:
        stillness, before = Stillness(self._limit_s / 2), time.monotonic()
        while not self._done.wait(self.look_s):
            now = time.monotonic()
            if stillness.look(self._beats, now - before) >= self._limit_s:
                self._end(self._stack())
                return
            before = now

    def _stack(self) -> str:
        """Where the loop stands; code only, no values."""
        frame = sys._current_frames().get(self._loop)
        return "".join(traceback.format_stack(frame)) if frame else ""


def end_process(stack: str) -> None:
    """Without any clean-up: that would need the loop. Whoever holds the log's lock may be who blocks, so it has to be
    quick or is left out.
    """
    told = threading.Thread(target=lambda: log.critical("event loop blocked; this process ends", extra={"at": stack}))
    told.daemon = True
    told.start()
    told.join(TELL_S)
    os._exit(BLOCKED)


@asynccontextmanager
async def watched_loop(limit_s: float) -> AsyncIterator[None]:
    """Ends the process once its loop has not moved for ``limit_s``; 0 watches nothing, for debuggers."""
    if not limit_s:
        yield
        return
    faulthandler.register(signal.SIGPROF, chain=True)  # tells where, then does what the signal does: ends the process
    watchdog = Watchdog(limit_s, end_process)
    watchdog.start()
    beating = asyncio.create_task(watchdog.beat())
    try:
        yield
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        signal.setitimer(signal.ITIMER_PROF, 0)
        watchdog.stop()

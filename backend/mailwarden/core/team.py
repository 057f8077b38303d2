"""Several processes of one program. What it imports is loaded once, so whoever dies is replaced within a moment."""

import ctypes
import gc
import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

log = logging.getLogger(__name__)
Work = Callable[[int], int]
ENDS = (signal.SIGTERM, signal.SIGINT)
SOON_S = 5.0  # whoever ends sooner did not get to its work
PAUSE_S = 1.0  # until such a one is tried again
_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG


@dataclass(frozen=True, slots=True)
class Member:
    place: int
    since: float  # by the monotonic clock


class Team:
    """So many processes, each of which does ``work`` with its place, from 0 on, until SIGTERM. Needs ``os.fork``.

    Must be made before any thread is, and before any connection is opened: neither lives through a fork.
    """

    def __init__(self, size: int, work: Work) -> None:
        self._size = size
        self._work = work
        self._members: dict[int, Member] = {}  # by process id
        self._worked = False  # somebody got to the work
        self._stopping = False
        self._status = 0

    def run(self) -> int:
        """Until SIGTERM or SIGINT, which the members get as SIGTERM; they take the time that they need.

        Whoever dies is replaced. Answers 0, or the status of a member that could not begin while none ever had.
        """
        for number in ENDS:
            signal.signal(number, self._stop)
        gc.collect()
        gc.freeze()  # pages that nobody writes to are shared
        for place in range(self._size):
            self._start(place)
        while self._members:
            pid, status = os.wait()
            self._gone(pid, os.waitstatus_to_exitcode(status))
        return self._status

    def _start(self, place: int) -> None:
        """No signal comes between the fork and the moment at which each side is ready for it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        try:
            if not self._stopping:
                self._fork(place)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def _fork(self, place: int) -> None:
        mine = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(place, mine)
        self._members[pid] = Member(place, time.monotonic())

    def _become(self, place: int, leader: int) -> NoReturn:
        """The member's whole life; nothing of the leader's stack is ever returned to."""
        status = 1
        try:
            for number in ENDS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
            _end_with(leader)
            status = self._work(place)
        except BaseException:
            log.exception("a process of the team broke down")
        finally:
            logging.shutdown()
            os._exit(status)

    def _gone(self, pid: int, status: int) -> None:
        member = self._members.pop(pid)
        lived_s = time.monotonic() - member.since
        self._worked = self._worked or lived_s >= SOON_S
        if self._stopping:
            return
        log.warning("a process of the team ended", extra={"ended": pid, "status": status, "lived_s": round(lived_s)})
        if status > 0 and not self._worked:
            self._status = status
            self._stop(signal.SIGTERM, None)
            return
        if lived_s < SOON_S and status >= 0:  # whoever was killed did nothing wrong
            time.sleep(PAUSE_S)
        self._start(member.place)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._members:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _end_with(leader: int) -> None:
    """Linux: a leader that is killed takes its members along. Elsewhere they work on, and must be ended by hand."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != leader:
        os._exit(0)

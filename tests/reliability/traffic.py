"""People who read and write at a running system all the while, and remember what they were answered."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from mailwarden.cli.demo.client import Person

PATH = "/v1/organization"
NO_ANSWER = 0
PASSING = 503
WELL = (200, 412)  # 412: somebody's write of unknown outcome was stored after all


@dataclass(frozen=True, slots=True)
class Answer:
    """``begun`` is monotonic; ``status`` 0 stands for a broken connection or none in time."""

    begun: float
    seconds: float
    status: int
    says_when: bool
    write: bool

    @property
    def ended(self) -> float:
        return self.begun + self.seconds

    @property
    def failed(self) -> bool:
        return self.status not in WELL

    @property
    def explained(self) -> bool:
        """A 503 that says when to come again is the one failure that we may show."""
        return not self.failed or (self.status == PASSING and self.says_when)


@dataclass
class Visitor:
    """One writes versions of an organization's name, another thread of theirs reads it. ``lost``: a write that was
    acknowledged and is not there any more."""

    person: Person
    pause_s: float
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    _version: int | None = None

    def call(self, method: str, **given: object) -> httpx.Response | None:
        begun = time.monotonic()
        try:
            said = self.person.http.request(method, PATH, **given)  # type: ignore[arg-type]
        except httpx.TransportError:
            said = None
        status = said.status_code if said is not None else NO_ANSWER
        told = said is not None and "retry-after" in said.headers
        self.answers.append(Answer(begun, time.monotonic() - begun, status, told, method == "PATCH"))
        return said

    def read(self) -> int | None:
        """The version there is now."""
        floor, said = self.acknowledged, self.call("GET")
        if said is None or said.status_code != 200:
            return None
        version = int(said.headers["etag"].strip('"v'))
        if version < floor:
            self.lost.append(f"version {floor} was acknowledged, {version} is there")
            self.acknowledged = version
        return version

    def write(self) -> None:
        """After a failure nobody knows whether it was stored: look first."""
        known = self._version or self.read()
        if known is None:
            return
        name, wanted = f"Version {known + 1}", {"If-Match": f'"v{known}"'}
        said = self.call("PATCH", json={"name": name}, headers=wanted)
        self._version = None
        if said is not None and said.status_code == 200:
            self.acknowledged = self._version = known + 1


@dataclass
class Traffic:
    visitors: list[Visitor]
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def answers(self) -> list[Answer]:
        return [one for visitor in self.visitors for one in list(visitor.answers)]

    @property
    def lost(self) -> list[str]:
        return [what for visitor in self.visitors for what in visitor.lost]

    def since(self, begun: float) -> list[Answer]:
        return [one for one in self.answers if one.ended >= begun]

    def is_served(self, since: float) -> bool:
        """Everybody's writes and reads begun after that were answered well."""
        good = [[one for one in v.answers if one.begun >= since and not one.failed] for v in self.visitors]
        return all({one.write for one in answers} == {True, False} for answers in good)

    def keep(self, visitor: Visitor, write: bool) -> None:
        while not self._done.wait(visitor.pause_s):
            visitor.write() if write else visitor.read()

    def stop(self) -> None:
        self._done.set()


@contextmanager
def traffic(people: Sequence[Person], pause_s: float = 0.02) -> Iterator[Traffic]:
    running = Traffic([Visitor(person, pause_s) for person in people])
    threads = [
        threading.Thread(target=running.keep, args=(visitor, write), daemon=True)
        for visitor in running.visitors
        for write in (True, False)
    ]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.stop()
        for thread in threads:
            thread.join(40)


def p99(answers: Sequence[Answer]) -> float:
    """Seconds."""
    times = sorted(one.seconds for one in answers)
    return times[int(len(times) * 0.99)] if times else 0.0

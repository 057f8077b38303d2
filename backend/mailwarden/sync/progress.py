"""Where a run is. Written with every page, so that whoever goes on after a crash starts there. Pure."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

MOST_READINGS = 3
MOST_IDLE_PAGES = 100


class Incomplete(Exception):
    """The provider's listing does not add up: such a run is never a success (C28)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Circle:
    """Finds cursors that lead back, with one remembered cursor (Brent): a listing of any length costs the same."""

    marked: str | None = None
    steps: int = 0
    limit: int = 1

    def step(self, cursor: str) -> "Circle":
        digest = hashlib.sha256(cursor.encode()).hexdigest()[:16]
        if digest == self.marked:
            raise Incomplete("cursor_loop", "The provider's pages lead in a circle.")
        if self.steps + 1 >= self.limit:
            return Circle(digest, 0, self.limit * 2)
        return replace(self, steps=self.steps + 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way through one listing. ``fresh`` are the campaigns met in it; its first and last total frame a change."""

    since: str  # database time
    number: int = 1
    fresh: int = 0
    first_total: int | None = None
    last_total: int | None = None
    idle_pages: int = 0

    def add(self, rows: int, fresh: int, total: int | None) -> "Reading":
        idle = 0 if fresh or not rows else self.idle_pages + 1
        if idle > MOST_IDLE_PAGES:
            raise Incomplete("cursor_loop", "The provider's pages bring the same campaigns again and again.")
        first = total if self.first_total is None else self.first_total
        return replace(self, fresh=self.fresh + fresh, first_total=first, last_total=total, idle_pages=idle)

    def is_complete(self) -> bool:
        """A campaign deleted meanwhile moves the pages under us, so a total that fell is read again, too."""
        if self.last_total is None or self.first_total is None:
            return True
        return self.fresh == self.last_total >= self.first_total

    def check(self) -> bool:
        """Whether the listing adds up; if not, it is to be read again, but not for ever."""
        if not self.is_complete() and self.number >= MOST_READINGS:
            said = f"The provider says {self.last_total} campaigns, its pages held {self.fresh}."
            raise Incomplete("incomplete", f"{said} Read {self.number} times.")
        return self.is_complete()


@dataclass(frozen=True, slots=True)
class Progress:
    """``covers`` and ``catch_up_from`` were planned at the start; success writes them to the connection."""

    covers: str
    catch_up_from: str | None = None
    phase: Literal["list", "figures", "done"] = "list"
    segment: int = 0
    cursor: str | None = None
    reading: Reading | None = None
    circle: Circle = Circle()
    totals: tuple[int, ...] = ()  # of the listings read so far, where the provider states them
    trouble_since: str | None = None
    tries: int = 0

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        nested = {**stored, "totals": tuple(stored.get("totals", ()))}
        nested["circle"] = Circle(**stored.get("circle", {}))
        nested["reading"] = Reading(**stored["reading"]) if stored.get("reading") else None
        return cls(**nested)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def turned(self, cursor: str | None) -> "Progress":
        """To the next page of the same listing or report."""
        circle = self.circle.step(cursor) if cursor is not None else Circle()
        return replace(self, cursor=cursor, circle=circle, trouble_since=None, tries=0)

    def listed(self, reading: Reading, cursor: str) -> "Progress":
        """After a page that others follow."""
        return replace(self.turned(cursor), reading=reading)

    def ended(self, reading: Reading, segments: int) -> "Progress":
        """After the last page of a listing: on to the next one, or to the same again if it does not add up."""
        following = replace(self.turned(None), reading=None)
        if not reading.check():
            return following
        totals = self.totals if reading.last_total is None else (*self.totals, reading.last_total)
        phase: Literal["list", "figures"] = "list" if self.segment + 1 < segments else "figures"
        return replace(following, phase=phase, segment=self.segment + 1, totals=totals)

    def reported(self, cursor: str | None) -> "Progress":
        phase: Literal["figures", "done"] = "done" if cursor is None else "figures"
        return replace(self.turned(cursor), phase=phase)

    def troubled(self, now: datetime) -> "Progress":
        return replace(self, trouble_since=self.trouble_since or now.isoformat(), tries=self.tries + 1)

    def stated_total(self) -> int | None:
        """Listings of one window may overlap, so until the end this is an upper bound."""
        current = self.reading.last_total if self.reading else None
        known = [*self.totals, *([current] if current is not None else [])]
        return sum(known) if known else None

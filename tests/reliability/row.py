"""A row of the fault matrix: what is injected, how often, what must hold, and a broken variant that must be noticed."""

import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailwarden.embedded import EmbeddedServers
from tests.support.sandbox import Sandbox

BROKE_DOWN = "broke down:"


@dataclass
class Tally:
    """``n`` injections, the violations among them, and figures worth telling (name with unit: value)."""

    n: int = 0
    violations: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def see(self, good: bool, what: str) -> None:
        self.n += 1
        if not good:
            self.violations.append(what)

    @property
    def bound(self) -> float | None:
        """Upper end of the 95 % interval where nothing was seen (rule of three); None where something was."""
        return min(1.0, 3 / self.n) if self.n and not self.violations else None


@dataclass(frozen=True)
class Ground:
    """What rows stand on. Each makes its own databases and accounts, so that none disturbs another."""

    seed: int
    folder: Path
    servers: EmbeddedServers
    sandbox: Sandbox

    def rng(self, row: str) -> random.Random:
        return random.Random(f"{self.seed}:{row}")


Play = Callable[[Ground, int], Awaitable[Tally]]


@dataclass(frozen=True)
class Row:
    """``control`` plays the same with a broken variant of what is tested; it must find violations.

    ``sign``: what one of them must say. A variant that fails for another reason was not noticed by what is tested.
    """

    id: str
    title: str
    demand: str
    n: int  # injections of the full run
    play: Play
    control: Play
    quick: int = 0  # injections in `make test`; 0: not part of it
    sign: str = ""

    def scaled(self, scale: float) -> int:
        return max(self.quick or min(10, self.n), math.ceil(self.n * scale))

    def noticed(self, control: Tally) -> list[str]:
        return [what for what in control.violations if self.sign in what and not what.startswith(BROKE_DOWN)]


@dataclass
class Outcome:
    row: Row
    found: Tally
    control: Tally
    seconds: float

    @property
    def ok(self) -> bool:
        return not self.found.violations and bool(self.row.noticed(self.control)) and self.found.n > 0

    def line(self) -> str:
        bound = f"< {self.found.bound:.2%}" if self.found.bound else "–"
        noticed = f"{len(self.row.noticed(self.control))}/{self.control.n}"
        figures = ", ".join(f"{name} {value:g}" for name, value in self.found.figures.items())
        head = f"{self.row.id:<4} {self.row.title:<38} {len(self.found.violations)}/{self.found.n:<7} {bound:<9}"
        return f"{head} control {noticed:<12} {self.seconds:6.1f} s  {figures} {'' if self.ok else 'WRONG'}".rstrip()

"""One time of trouble: how it begins, and what ends it. Nothing here knows what is measured."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Phase(StrEnum):
    CALM = "calm"
    SUSPECTED = "suspected"
    OPEN = "open"


class Verdict(StrEnum):
    FINE = "fine"  # well inside the threshold
    BETWEEN = "between"  # inside, but so near that it ends nothing
    BAD = "bad"
    SEVERE = "severe"  # so bad that nobody waits for a second observation
    UNKNOWN = "unknown"  # too little to say
    MOOT = "moot"  # nothing is expected of the subject now


class Change(StrEnum):
    OPENED = "opened"
    RECOVERED = "recovered"
    SETTLED = "settled"  # it stayed so long that this is how it is now
    MOOT = "moot"


@dataclass(frozen=True, slots=True)
class Reading:
    """``mark`` names the observation: however often it is read, it counts once."""

    mark: str
    verdict: Verdict
    value: Fraction | None = None
    baseline: Fraction | None = None
    volume: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many observations in a row begin and end it, and after how many days it is taken for settled."""

    bad: int = 1
    fine: int = 1
    settles: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """``baseline`` stays what it was when the trouble began, or it would follow the trouble down.

    Calm again, ``mark`` is the observation that ended it: that one begins no other.
    """

    phase: Phase = Phase.CALM
    baseline: Fraction | None = None
    mark: str = ""
    count: int = 0
    opened_on: date | None = None


CALM = State()
Step = tuple[State, Change | None]


def step(state: State, reading: Reading, today: date, patience: Patience) -> Step:
    if state.phase is Phase.OPEN:
        return _while_open(state, reading, today, patience)
    if reading.verdict is Verdict.UNKNOWN:
        return state, None
    if reading.verdict not in (Verdict.BAD, Verdict.SEVERE):
        return (CALM if state.phase is Phase.SUSPECTED else state), None
    return _suspect(state, reading, today, patience)


def _suspect(state: State, reading: Reading, today: date, patience: Patience) -> Step:
    suspected, same = state.phase is Phase.SUSPECTED, reading.mark == state.mark
    if same and not suspected:
        return state, None
    count = state.count + (not same) if suspected else 1
    baseline = state.baseline if suspected else reading.baseline
    if count >= patience.bad or reading.verdict is Verdict.SEVERE:
        return State(Phase.OPEN, baseline, reading.mark, 0, today), Change.OPENED
    return State(Phase.SUSPECTED, baseline, reading.mark, count), None


def _while_open(state: State, reading: Reading, today: date, patience: Patience) -> Step:
    state = _counted(state, reading)
    if reading.verdict is Verdict.MOOT:
        return State(mark=state.mark), Change.MOOT
    if state.count >= patience.fine:
        return State(mark=state.mark), Change.RECOVERED
    if patience.settles and state.opened_on and (today - state.opened_on).days >= patience.settles:
        return State(mark=state.mark), Change.SETTLED
    return state, None


def _counted(state: State, reading: Reading) -> State:
    """Only an observation after the one that began it can speak of its end."""
    if reading.verdict in (Verdict.UNKNOWN, Verdict.MOOT):
        return state
    if reading.verdict is not Verdict.FINE:
        return replace(state, mark=reading.mark, count=0)
    if reading.mark == state.mark:
        return state
    return replace(state, mark=reading.mark, count=state.count + 1)

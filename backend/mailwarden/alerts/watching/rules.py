"""The evaluator. Live it takes one step; for "what would have fired" it takes all steps of the past: the same code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailwarden.alerts.watching.catalogue import SPECS, Rule
from mailwarden.alerts.watching.history import Days, History, Listings, Reads, Runs, Scores, Subject, Track
from mailwarden.alerts.watching.measures import read_age, read_listing, read_rate, read_runs, read_score
from mailwarden.alerts.watching.moments import moments
from mailwarden.alerts.watching.state import CALM, Change, Reading, State, step


@dataclass(frozen=True, slots=True)
class Outcome:
    """One step of one subject."""

    subject: Subject
    state: State
    change: Change | None
    reading: Reading
    at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """``ended_at`` none: it would still be open."""

    subject: Subject
    opened_at: datetime
    reading: Reading
    ended_at: datetime | None = None
    ended_by: Change | None = None


def read(rule: Rule, track: Track, today: date, at: datetime, state: State) -> Reading:
    match track:
        case Scores():
            return read_score(rule, track, today, state)
        case Days():
            return read_rate(rule, track, today, state)
        case Listings():
            return read_listing(rule, track, at)
        case Runs():
            return read_runs(rule, track, at)
        case Reads():
            return read_age(rule, track, at)


def evaluate(rule: Rule, history: History, at: datetime, states: Mapping[str, State]) -> list[Outcome]:
    """One step for every subject, with what was known at ``at``."""
    today = history.day_of(at)
    return [_step(rule, subject, track, today, at, states.get(subject.key, CALM)) for subject, track in history.tracks]


def _step(rule: Rule, subject: Subject, track: Track, today: date, at: datetime, state: State) -> Outcome:
    reading = read(rule, track, today, at, state)
    after, change = step(state, reading, today, SPECS[rule.kind].patience)
    return Outcome(subject, after, change, reading, at)


def replay(rule: Rule, history: History, since: datetime, until: datetime) -> list[Episode]:
    """Every episode that the rule would have opened in that time, oldest first."""
    span = since, until
    found = [one for subject, track in history.tracks for one in _replay_one(rule, history, subject, track, span)]
    return sorted(found, key=lambda one: (one.opened_at, one.subject.key))


def _replay_one(
    rule: Rule, history: History, subject: Subject, track: Track, span: tuple[datetime, datetime]
) -> Iterable[Episode]:
    state, begun = CALM, None
    for at in moments(rule, history, track, *span):
        outcome = _step(rule, subject, track, history.day_of(at), at, state)
        state = outcome.state
        if outcome.change is Change.OPENED:
            begun = outcome
        elif outcome.change is not None and begun is not None:
            yield Episode(subject, begun.at, begun.reading, at, outcome.change)
            begun = None
    if begun is not None:
        yield Episode(subject, begun.at, begun.reading)

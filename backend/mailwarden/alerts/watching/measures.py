"""Each kind's measurement: a pure function of what was known at a moment, and of what trouble is open."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from fractions import Fraction

from mailwarden.alerts.watching.catalogue import (
    BASELINE_DAYS,
    SCORE_DAYS,
    SCORE_DAYS_LEAST,
    SCORE_POINTS_AT_ONCE,
    SPECS,
    WINDOW_DAYS,
    Rule,
)
from mailwarden.alerts.watching.history import Day, Days, Listings, Reads, Runs, Scores, Span
from mailwarden.alerts.watching.state import Phase, Reading, State, Verdict

HUNDRED = Fraction(100)
FRESH = timedelta(days=2)  # an older score says nothing about today
LATEST_READS = 20
UNKNOWN = Reading("", Verdict.UNKNOWN)


def _judged(excess: Fraction, threshold: Fraction) -> Verdict:
    """Hysteresis: what is bad from the threshold on is fine only up to half of it."""
    if excess >= threshold:
        return Verdict.BAD
    return Verdict.FINE if excess <= threshold / 2 else Verdict.BETWEEN


def _frozen(state: State, live: Fraction | None) -> Fraction | None:
    return live if state.phase is Phase.CALM else state.baseline


def read_score(rule: Rule, track: Scores, today: date, state: State) -> Reading:
    known = [point for point in track.points if point.day <= today]
    if not known or today - known[-1].day > FRESH:
        return UNKNOWN
    last = known[-1]
    before = [point.score for point in known if last.day - timedelta(days=SCORE_DAYS) <= point.day < last.day]
    mean = Fraction(sum(before), len(before)) if len(before) >= SCORE_DAYS_LEAST else None
    baseline = _frozen(state, mean)
    if not baseline:
        return UNKNOWN
    fall = baseline - last.score
    verdict = _judged(fall / baseline * HUNDRED, Fraction(rule.threshold))
    if verdict is Verdict.BAD and fall >= SCORE_POINTS_AT_ONCE:
        verdict = Verdict.SEVERE
    return Reading(last.day.isoformat(), verdict, Fraction(last.score), baseline)


def read_rate(rule: Rule, track: Days, today: date, state: State) -> Reading:
    """The latest days that together reach the minimum volume, against the 30 days before them."""
    least = rule.minimum_volume or 1
    known = [one for one in track.days if one.day <= today and one.volume > 0]
    window = _window(known, today, least)
    if not window:
        return UNKNOWN
    first, last = window[0].day, window[-1].day
    before = [one for one in known if first - timedelta(days=BASELINE_DAYS) <= one.day < first]
    usual = SPECS[rule.kind].usual
    enough = sum(one.volume for one in before) >= least
    live = _rate(before) if enough else Fraction(usual or 0)
    baseline = _frozen(state, live) or Fraction(0)
    value = _rate(window)
    verdict = _judged((value - baseline) * HUNDRED, Fraction(rule.threshold))
    return Reading(last.isoformat(), verdict, value, baseline, sum(one.volume for one in window))


def _rate(days: list[Day]) -> Fraction:
    return Fraction(sum(one.bad for one in days), sum(one.volume for one in days))


def _window(known: list[Day], today: date, least: int) -> list[Day]:
    """Empty: there is too little."""
    if not known or today - known[-1].day >= timedelta(days=WINDOW_DAYS):
        return []
    window: list[Day] = []
    for one in reversed(known):
        if known[-1].day - one.day >= timedelta(days=WINDOW_DAYS):
            break
        window.insert(0, one)
        if sum(day.volume for day in window) >= least:
            return window
    return []


def read_listing(rule: Rule, track: Listings, at: datetime) -> Reading:
    if track.tier > rule.threshold:
        return Reading("", Verdict.MOOT)
    began = [span for span in track.spans if span.since <= at]
    if not began:
        return UNKNOWN
    last = began[-1]
    listed = last.until is None or last.until > at
    if not listed and not track.watched and last is track.spans[-1]:
        return Reading("", Verdict.MOOT)
    mark = f"{last.since.isoformat()} {'on' if listed else 'off'}"
    return Reading(mark, Verdict.BAD if listed else Verdict.FINE, detail=track.detail)


def read_runs(rule: Rule, track: Runs, at: datetime) -> Reading:
    """Runs before an outage of the connection say nothing about the time after it."""
    usable = _usable(track.usable, at)
    if usable is None:
        return Reading("", Verdict.MOOT)
    known = bisect_right(track.runs, at, key=lambda run: run.at)
    wanted = int(rule.threshold)
    latest = [run for run in track.runs[max(0, known - wanted) : known] if run.at >= usable.since]
    if not latest:
        return UNKNOWN
    last = latest[-1]
    if last.ok:
        return Reading(last.id, Verdict.FINE)
    bad = len(latest) == wanted and not any(run.ok for run in latest)
    return Reading(last.id, Verdict.BAD if bad else Verdict.BETWEEN, Fraction(len(latest)), detail=last.reason)


def read_age(rule: Rule, track: Reads, at: datetime) -> Reading:
    """While a connection is out of use its data may grow old: the clock starts when it works again."""
    usable = _usable(track.usable, at)
    if usable is None:
        return Reading("", Verdict.MOOT)
    known = bisect_right(track.reads, at, key=lambda read: read.at)
    begins = max(newest(track, known), usable.since) if known else usable.since
    hours = Fraction((at - begins) // timedelta(seconds=1), 3600)
    verdict = Verdict.BAD if hours >= Fraction(rule.threshold) else Verdict.FINE
    return Reading(f"{begins.isoformat()} {verdict}", verdict, hours)


def newest(track: Reads, known: int) -> datetime:
    """Up to when the data were complete after the first ``known`` reads, of which there is one: some look back."""
    return max(read.as_of for read in track.reads[max(0, known - LATEST_READS) : known])


def _usable(spans: tuple[Span, ...], at: datetime) -> Span | None:
    return next((span for span in reversed(spans) if span.holds(at)), None)

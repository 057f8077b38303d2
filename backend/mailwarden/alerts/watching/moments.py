"""When a rule is looked at anew: only where something can have changed, since a busy account syncs all the time."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from mailwarden.alerts.watching.catalogue import Rule
from mailwarden.alerts.watching.history import Days, History, Listings, Reads, Run, Runs, Scores, Track
from mailwarden.alerts.watching.measures import newest

DAY = timedelta(days=1)


def moments(rule: Rule, history: History, track: Track, since: datetime, until: datetime) -> list[datetime]:
    """Every evaluation between two of them finds the same."""
    match track:
        case Scores() | Days():
            found = _day_ends(history, since, until)
        case Listings():
            found = [at for span in track.spans for at in (span.since, span.until) if at]
        case Runs():
            found = [run.at for run in _turns(track.runs)] + _edges(track)
        case Reads():
            patience = timedelta(hours=float(rule.threshold))
            begins = [span.since + patience for span in track.usable]
            found = [*_ages(track, patience), *begins, *_edges(track)]
    return sorted({at for at in found if since <= at <= until} | {since, until})


def _turns(runs: tuple[Run, ...]) -> Iterator[Run]:
    """A success after a success is no news."""
    ok = False
    for run in runs:
        if not (ok and run.ok):
            yield run
        ok = run.ok


def _ages(track: Reads, patience: timedelta) -> Iterator[datetime]:
    """Where the data grow too old, and the reads that can end or begin that."""
    before: datetime | None = None
    for known, one in enumerate(track.reads, start=1):
        after = newest(track, known)
        if before is None or one.at - min(before, after) >= patience:
            yield one.at
        old = one.as_of + patience
        following = track.reads[known] if known < len(track.reads) else None
        if following is None or following.at > old or following.as_of <= one.as_of:
            yield old
        before = after


def _edges(track: Runs | Reads) -> list[datetime]:
    return [at for span in track.usable for at in (span.since, span.until) if at]


def _day_ends(history: History, since: datetime, until: datetime) -> list[datetime]:
    """The last second of each local day."""
    first, last = history.day_of(since), history.day_of(until)
    days = [first + DAY * n for n in range((last - first).days + 1)]
    return [datetime.combine(day, time(23, 59, 59), history.zone) for day in days]

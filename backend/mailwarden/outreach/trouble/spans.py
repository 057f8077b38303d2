"""Times that count for nobody: our own downtime and providers' incidents. Pure arithmetic over half-open spans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """What goes on still ends, for now, at the moment of asking."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order, without overlap: an incident during a downtime is not left out twice."""
    found: list[Span] = []
    for one in sorted(span for span in spans if span.end > span.start):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def uncounted(spans: Iterable[Span], start: datetime, until: datetime) -> timedelta:
    """Of the time between the two moments."""
    inside = (Span(max(one.start, start), min(one.end, until)) for one in spans)
    return sum((one.length for one in merged(inside)), timedelta())


def deadline(start: datetime, length: timedelta, spans: Sequence[Span]) -> datetime:
    """The last moment at which no more than ``length`` has counted: each span that begins before it moves it on."""
    end = start + length
    for one in merged(Span(max(one.start, start), one.end) for one in spans):
        if one.start >= end:
            break
        end += one.length
    return end

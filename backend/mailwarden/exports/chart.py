"""Figures over time, few enough to be seen on a page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_POINTS = 92  # a quarter by days; what is longer is shown by weeks, or by months


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: dict[date, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """Sums of each ``step``; every series has a point for each of ``days``, which are the steps' first days."""

    title: str
    step: str
    days: Sequence[date]
    series: Sequence[tuple[str, Sequence[float]]]

    @property
    def highest(self) -> float:
        return max((value for _, values in self.series for value in values), default=0.0)


def month_of(day: date) -> date:
    return day.replace(day=1)


def week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def year_of(day: date) -> date:
    return day.replace(month=1, day=1)


STEPS: tuple[tuple[str, Callable[[date], date]], ...] = (
    ("day", lambda day: day),
    ("week", week_of),
    ("month", month_of),
    ("year", year_of),
)


def make_chart(title: str, series: Iterable[Series]) -> Chart | None:
    """None without at least two steps: a single point is no trend."""
    given = list(series)
    days = sorted({day for one in given for day in one.points})
    if not days:
        return None
    for step, first_of in STEPS:
        steps = _all_between(first_of(days[0]), first_of(days[-1]), step)
        if len(steps) <= MOST_POINTS or step == "year":
            break
    if len(steps) < 2:
        return None
    found = [(one.name, _summed(one.points, steps, first_of)) for one in given]
    return Chart(f"{title} per {step}", step, steps, found)


def _all_between(first: date, last: date, step: str) -> list[date]:
    """With those on which nothing was. Stops early where there would be more than anybody can see."""
    days = [first]
    while days[-1] < last and (len(days) <= MOST_POINTS or step == "year"):
        days.append(_next(days[-1], step))
    return days


def _next(day: date, step: str) -> date:
    if step == "year":
        return day.replace(year=day.year + 1)
    if step == "month":
        return month_of(day + timedelta(days=31))
    return day + timedelta(days=7 if step == "week" else 1)


def _summed(points: dict[date, float], steps: Sequence[date], first_of: Callable[[date], date]) -> list[float]:
    sums = dict.fromkeys(steps, 0.0)
    for day, value in points.items():
        sums[first_of(day)] += value
    return list(sums.values())

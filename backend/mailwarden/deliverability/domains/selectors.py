"""The selectors of a domain, by who named them: somebody, a look under a usual name, or reports of DMARC. Pure.

What a person took away is remembered as `removed`, or the next report would bring it back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

ENTERED, FOUND, REPORT, REMOVED = "entered", "found", "report", "removed"
MOST_MET = 30  # of all that are asked for by name, before no more are added by themselves
MOST_REPORTED = 20
MOST_REMOVED = 50
Selectors = Sequence[dict[str, Any]]


def shown(selectors: Selectors) -> list[dict[str, Any]]:
    return [one for one in selectors if one["source"] != REMOVED]


def named(selectors: Selectors, *sources: str) -> list[str]:
    return [one["selector"] for one in selectors if one["source"] in sources]


def added(selectors: Selectors, new: Iterable[str], source: str) -> list[dict[str, Any]]:
    """``new`` behind what is there, as far as there is room; none pushes another out."""
    known = {one["selector"] for one in selectors}
    room = MOST_MET - len(shown(selectors))
    if source == REPORT:
        room = min(room, MOST_REPORTED - len(named(selectors, REPORT)))
    fresh = [one for one in dict.fromkeys(new) if one not in known]
    return [*selectors, *({"selector": one, "source": source} for one in fresh[: max(0, room)])]


def entered_anew(selectors: Selectors, entered: Iterable[str] | None, dropped: Iterable[str]) -> list[dict[str, Any]]:
    """``entered`` takes the place of what was entered before; None: that stays. ``dropped``: named by reports."""
    before = named(selectors, ENTERED)
    now = list(dict.fromkeys(before if entered is None else entered))
    unwanted = {one for one in dropped if one in named(selectors, REPORT)}
    gone = [one for one in (*named(selectors, REMOVED), *before, *sorted(unwanted)) if one not in now]
    rest = [one for one in shown(selectors) if one["source"] != ENTERED and one["selector"] not in {*now, *gone}]
    removed = [{"selector": one, "source": REMOVED} for one in list(dict.fromkeys(gone))[-MOST_REMOVED:]]
    return [*({"selector": one, "source": ENTERED} for one in now), *rest, *removed]

"""Columns of counts and rates, the same wherever figures stand. Paper has room for the main ones only."""

from collections.abc import Callable
from typing import Any

from mailwarden.exports.columns import Cell, Column, Unit
from mailwarden.metrics.rules import COUNTS, RATES
from mailwarden.metrics.schemas import FiguresOut

ON_PAPER = (*COUNTS, *RATES)
SHORT = {
    "complaints": "Com- plaints",
    "complaint_rate": "Compl. rate",
    "unsubscribes": "Unsub- scribes",
    "unsubscribe_rate": "Unsub. rate",
}
WIDE = 0.7


def figure_columns(figures: Callable[[Any], FiguresOut | None]) -> list[Column]:
    """All that the API tells, in its order."""
    return [_column(name, figures) for name in FiguresOut.model_fields]


def _column(name: str, figures: Callable[[Any], FiguresOut | None]) -> Column:
    def value(row: Any) -> Cell:
        found = figures(row)
        return None if found is None else getattr(found, name)

    unit = Unit.SHARE if name in RATES else Unit.COUNT
    if FiguresOut.model_fields[name].annotation is bool:
        unit = Unit.YES_NO
    title = name.replace("_", " ").capitalize()
    return Column(title, unit, value, WIDE, csv_only=name not in ON_PAPER, short=SHORT.get(name))

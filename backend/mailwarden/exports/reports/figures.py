"""Columns of counts and rates, the same wherever figures stand."""

from collections.abc import Callable
from typing import Any

from mailwarden.exports.columns import Cell, Column, Unit
from mailwarden.metrics.rules import COUNTS, RATES
from mailwarden.metrics.schemas import FiguresOut


def figure_columns(figures: Callable[[Any], FiguresOut | None]) -> list[Column]:
    counts = [Column(name.capitalize(), Unit.COUNT, _of(figures, name), 0.62) for name in COUNTS]
    rates = [Column(name.replace("_", " ").capitalize(), Unit.SHARE, _of(figures, name), 0.62) for name in RATES]
    marks = [
        Column("Delivered is computed", Unit.YES_NO, _of(figures, "delivered_derived"), csv_only=True),
        Column("Counted from records", Unit.YES_NO, _of(figures, "derived"), csv_only=True),
    ]
    return [*counts, *rates, *marks]


def _of(figures: Callable[[Any], FiguresOut | None], name: str) -> Callable[[Any], Cell]:
    def value(row: Any) -> Cell:
        found = figures(row)
        return None if found is None else getattr(found, name)

    return value

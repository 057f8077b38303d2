"""A chart drawn by hand: lines told apart by their dashes as well as by their colours."""

from collections.abc import Sequence
from typing import Any

from mailwarden.exports.chart import Chart
from mailwarden.exports.pdf.fonts import glyphs, width_of
from mailwarden.exports.pdf.lines import draw_line, draw_right, write

COLOURS = ("#1f5f99", "#b34700", "#2e7d32")
DASHES: tuple[Sequence[int], ...] = ((), (5, 2), (1, 2))
GRID, INK = "#d5d9de", "#33383d"
SIZE, STEPS, LEFT, BELOW, ABOVE = 6.5, 4, 44.0, 14.0, 16.0


def draw_chart(canvas: Any, chart: Chart, x: float, y: float, width: float, height: float) -> None:
    """``y`` is its lower edge."""
    canvas.saveState()
    write(canvas, chart.title, x, y + height - 8, 8, width / 2, bold=True)
    plot = (x + LEFT, y + BELOW, width - LEFT, height - BELOW - ABOVE)
    top = nice(chart.highest)
    _grid(canvas, plot, top)
    _days(canvas, plot, chart)
    for number, (name, values) in enumerate(chart.series):
        _pen(canvas, number)
        _line(canvas, plot, values, top)
        _legend(canvas, x + width - 90 * (len(chart.series) - number), y + height - 8, name, number)
    canvas.restoreState()


def nice(highest: float) -> float:
    """The next number that divides well."""
    step = 1.0
    while step * 10 < highest:
        step *= 10
    return next((step * n for n in (1, 2, 4, 5, 8) if step * n >= highest), step * 10) if highest > 4 else 4.0


def _grid(canvas: Any, plot: tuple[float, float, float, float], top: float) -> None:
    x, y, width, height = plot
    canvas.setLineWidth(0.4)
    for step in range(STEPS + 1):
        at = y + height * step / STEPS
        canvas.setStrokeColor(GRID)
        canvas.line(x, at, x + width, at)
        canvas.setFillColor(INK)
        draw_right(canvas, glyphs(f"{top * step / STEPS:,.0f}"), x - 4, at - 2, SIZE)


def _days(canvas: Any, plot: tuple[float, float, float, float], chart: Chart) -> None:
    x, y, width, _ = plot
    last = len(chart.days) - 1
    for at in sorted({0, last // 4, last // 2, last * 3 // 4, last}):
        words = glyphs(chart.days[at].isoformat())
        middle = x + width * at / last - width_of(words) * SIZE / 2
        draw_line(canvas, words, min(middle, x + width - width_of(words) * SIZE), y - 9, SIZE)


def _pen(canvas: Any, number: int) -> None:
    canvas.setStrokeColor(COLOURS[number % len(COLOURS)])
    canvas.setDash(*(DASHES[number % len(DASHES)] or ([],)))
    canvas.setLineWidth(1.1)


def _line(canvas: Any, plot: tuple[float, float, float, float], values: Sequence[float], top: float) -> None:
    x, y, width, height = plot
    path = canvas.beginPath()
    for at, value in enumerate(values):
        to = (x + width * at / (len(values) - 1), y + height * value / top)
        path.lineTo(*to) if at else path.moveTo(*to)
    canvas.drawPath(path, stroke=1, fill=0)


def _legend(canvas: Any, x: float, y: float, name: str, number: int) -> None:
    _pen(canvas, number)
    canvas.line(x, y + 2.5, x + 18, y + 2.5)
    write(canvas, name, x + 22, y, SIZE + 0.5, 66)

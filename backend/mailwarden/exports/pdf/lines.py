"""Text into lines that fit, and lines onto a page."""

import unicodedata
from itertools import groupby
from typing import Any

from mailwarden.exports.pdf.fonts import Glyph, glyphs, width_of

Line = list[Glyph]
MORE = "…"
LONGEST = 2000  # characters that anybody could see of one text


def wrap(text: str, width: float, size: float, most: int, *, bold: bool = False) -> list[Line]:
    """At blanks where there are some. What does not fit into ``most`` lines ends in an ellipsis."""
    room = width / size
    lines: list[Line] = []
    rest = glyphs(text[:LONGEST].strip(), bold=bold)
    while rest and len(lines) < most:
        taken = _fitting(rest, room)
        lines.append(rest[:taken])
        rest = _without_blanks(rest[taken:])
    if rest or len(text) > LONGEST:
        lines[-1] = _shortened(lines[-1], room, bold)
    return [_turned(line) for line in lines] or [[]]


def _fitting(rest: Line, room: float) -> int:
    """At least one: a column narrower than a letter must not stop the world."""
    used, last_blank = 0.0, 0
    for at, one in enumerate(rest):
        used += one.width
        if used > room:
            return last_blank or max(at, 1)
        if one.text == " ":
            last_blank = at + 1
    return len(rest)


def _turned(line: Line) -> Line:
    """Words that are read from the right, in the order in which they are drawn from the left."""
    turned: Line = []
    for leftwards, run in groupby(line, key=_is_leftwards):
        piece = list(run)
        turned += piece[::-1] if leftwards else piece
    return turned


def _is_leftwards(one: Glyph) -> bool:
    return unicodedata.bidirectional(one.text) in ("R", "AL", "NSM") and one.text >= "\u0590"


def _without_blanks(line: Line) -> Line:
    start = 0
    while start < len(line) and line[start].text == " ":
        start += 1
    return line[start:]


def _shortened(line: Line, room: float, bold: bool) -> Line:
    end = glyphs(MORE, bold=bold)
    while line and width_of(line) + width_of(end) > room:
        line = line[:-1]
    return [*line, *end]


def draw_line(canvas: Any, line: Line, x: float, y: float, size: float) -> None:
    """``y``: of the base line."""
    for font, run in groupby(line, key=lambda one: one.font):
        piece = list(run)
        canvas.setFont(font, size)
        canvas.drawString(x, y, "".join(one.text for one in piece))
        x += width_of(piece) * size


def draw_right(canvas: Any, line: Line, x: float, y: float, size: float) -> None:
    """Ends at ``x``."""
    draw_line(canvas, line, x - width_of(line) * size, y, size)


def write(canvas: Any, text: str, x: float, y: float, size: float, width: float, *, bold: bool = False) -> None:
    """In one line, shortened where it does not fit."""
    draw_line(canvas, wrap(text, width, size, 1, bold=bold)[0], x, y, size)

"""A report as PDF: paged, with repeated heads. Grows by pages, so that its end is known before its size is.

Only what is drawn is kept, compressed: about 3 KB a page, at most ``MOST_PAGES``.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from mailwarden.exports.chart import Chart
from mailwarden.exports.columns import Column, Unit, shown
from mailwarden.exports.pdf.fonts import glyphs
from mailwarden.exports.pdf.lines import Line, draw_line, draw_right, wrap, write
from mailwarden.exports.pdf.plot import draw_chart

WIDTH, HEIGHT = landscape(A4)
MARGIN, FOOT, PAD = 36.0, 30.0, 2.5
SIZE, LEAD, HEAD_SIZE = 6.8, 8.4, 6.2
TALLEST = 4  # lines of a row
MOST_PAGES = 500
TOTAL = "pages"  # a form that is drawn on every page and made at the end, when its number is known
RULE, BAND, INK = "#c9ced4", "#eef1f4", "#1c2024"


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before the table."""

    title: str
    organization: str
    told: Sequence[tuple[str, str]]
    made_at: datetime
    zone: ZoneInfo
    chart: Chart | None
    rows: int  # as counted before the first was read


class PdfFile:
    def __init__(self, columns: Sequence[Column], cover: Cover) -> None:
        self._columns = [one for one in columns if not one.csv_only]
        self._cover = cover
        wide = sum(one.wide for one in self._columns)
        self._widths = [(WIDTH - 2 * MARGIN) * one.wide / wide for one in self._columns]
        self._heads = [self._wrapped(one.short_head, width, HEAD_SIZE, True) for one, width in self._fields()]
        self._written = io.BytesIO()
        self._canvas = Canvas(self._written, pagesize=(WIDTH, HEIGHT), pageCompression=1)
        self._pages, self._y, self.rows = 0, 0.0, 0
        self._name()
        self._open_page()

    @property
    def is_full(self) -> bool:
        """Rows that come now are left out."""
        return self._pages > MOST_PAGES

    def add(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if not self.is_full:
                self._row(row)

    def finish(self) -> bytes:
        if self.is_full:
            self._pages -= 1
            self._end_early()
        elif self.rows == 0:
            self._say("Nothing matches these filters.")
        self._close_page()
        self._canvas.beginForm(TOTAL, 0, 0, WIDTH, HEIGHT)
        self._canvas.setFillColor(INK)
        draw_line(self._canvas, glyphs(str(self._pages)), 0, 0, SIZE)
        self._canvas.endForm()
        self._canvas.save()
        return self._written.getvalue()

    def _name(self) -> None:
        cover, canvas = self._cover, self._canvas
        canvas.setTitle(_whole(f"{cover.title} – {cover.organization}"))
        canvas.setAuthor("Mailwarden")
        canvas.setCreator("Mailwarden")
        canvas.setSubject(_whole("; ".join(f"{name}: {words}" for name, words in cover.told)))

    def _open_page(self) -> None:
        self._pages += 1
        self._y = HEIGHT - MARGIN
        self._canvas.setFillColor(INK)
        if self._pages == 1:
            self._draw_cover()
        self._draw_heads()

    def _close_page(self) -> None:
        """The number of all pages is drawn by a form that does not exist yet."""
        canvas, cover = self._canvas, self._cover
        canvas.setFillColor(INK)
        write(canvas, f"{cover.title} · {cover.organization}", MARGIN, FOOT - 12, SIZE, WIDTH / 2)
        draw_right(canvas, glyphs(f"Page {self._pages} of "), WIDTH - MARGIN - 14, FOOT - 12, SIZE)
        canvas.saveState()
        canvas.translate(WIDTH - MARGIN - 14, FOOT - 12)
        canvas.doForm(TOTAL)
        canvas.restoreState()
        canvas.showPage()

    def _draw_cover(self) -> None:
        cover, canvas = self._cover, self._canvas
        write(canvas, cover.title, MARGIN, self._y - 14, 16, WIDTH - 2 * MARGIN, bold=True)
        write(canvas, cover.organization, MARGIN, self._y - 28, 10, WIDTH - 2 * MARGIN)
        self._y -= 44
        made = f"{shown(Unit.TIME, cover.made_at, cover.zone)} ({cover.made_at.astimezone(cover.zone):%z})"
        rows = [*cover.told, ("Time zone", str(cover.zone)), ("Created", made), ("Rows", f"{cover.rows:,}")]
        for name, words in rows:
            self._tell(name, words)
        self._y -= 4
        if cover.chart is not None:
            draw_chart(canvas, cover.chart, MARGIN, self._y - 130, WIDTH - 2 * MARGIN, 130)
            self._y -= 140

    def _tell(self, name: str, words: str) -> None:
        write(self._canvas, name, MARGIN, self._y, 8, 80, bold=True)
        for line in wrap(words, WIDTH - 2 * MARGIN - 90, 8, 3):
            draw_line(self._canvas, line, MARGIN + 90, self._y, 8)
            self._y -= 11

    def _fields(self) -> Iterable[tuple[Column, float]]:
        return zip(self._columns, self._widths, strict=True)

    def _wrapped(self, text: str, width: float, size: float, bold: bool) -> list[Line]:
        return wrap(text, width - 2 * PAD, size, TALLEST, bold=bold)

    def _draw_heads(self) -> None:
        height = max(len(lines) for lines in self._heads) * LEAD + 2 * PAD
        self._canvas.setFillColor(BAND)
        self._canvas.rect(MARGIN, self._y - height, WIDTH - 2 * MARGIN, height, stroke=0, fill=1)
        self._canvas.setFillColor(INK)
        self._draw(self._heads, height, HEAD_SIZE)

    def _row(self, row: Any) -> None:
        zone = self._cover.zone
        texts = [shown(column.unit, column.value(row), zone) for column in self._columns]
        lines = [self._wrapped(text, width, SIZE, False) for text, width in zip(texts, self._widths, strict=True)]
        height = max(len(some) for some in lines) * LEAD + PAD
        if self._y - height < FOOT + MARGIN / 2:
            if self._pages == MOST_PAGES:
                self._pages += 1
                return
            self._close_page()
            self._open_page()
        self._draw(lines, height, SIZE)
        self.rows += 1

    def _draw(self, cells: Sequence[list[Line]], height: float, size: float) -> None:
        x = MARGIN
        for (column, width), lines in zip(self._fields(), cells, strict=True):
            for number, line in enumerate(lines):
                y = self._y - LEAD * (number + 1) + 1
                if column.unit.is_number:
                    draw_right(self._canvas, line, x + width - PAD, y, size)
                else:
                    draw_line(self._canvas, line, x + PAD, y, size)
            x += width
        self._y -= height
        self._canvas.setStrokeColor(RULE)
        self._canvas.setLineWidth(0.3)
        self._canvas.line(MARGIN, self._y, WIDTH - MARGIN, self._y)

    def _end_early(self) -> None:
        """In the margin that rows leave free."""
        words = f"This file ends here: {self.rows} of {self._cover.rows} rows. The CSV has all of them."
        write(self._canvas, words, MARGIN, FOOT, SIZE, WIDTH - 2 * MARGIN, bold=True)

    def _say(self, words: str) -> None:
        write(self._canvas, words, MARGIN, self._y - 16, 9, WIDTH - 2 * MARGIN)


def _whole(text: str) -> str:
    """Without halves of characters, which no encoding has."""
    return text.encode("utf-8", "replace").decode()

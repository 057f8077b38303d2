"""Any text gets onto paper, heads repeat, pages are counted, and a long table ends by pages."""

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from mailwarden.exports.chart import MOST_POINTS, Chart, Series, make_chart
from mailwarden.exports.columns import Column, Unit
from mailwarden.exports.pdf import document
from mailwarden.exports.pdf.document import Cover, PdfFile
from mailwarden.exports.pdf.fonts import UNKNOWN, glyphs, width_of
from mailwarden.exports.pdf.lines import wrap
from mailwarden.exports.pdf.plot import nice

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
COLUMNS = (
    Column("Name", Unit.TEXT, lambda row: row[0], 3),
    Column("Sent at", Unit.TIME, lambda _: AT),
    Column("Sent", Unit.COUNT, lambda row: row[1]),
    Column("Id", Unit.WORD, lambda _: "never on paper", csv_only=True),
)
ANY = st.text(max_size=80) | st.text(
    st.sampled_from("aß漢あ한عא ไ😀\u200d\ufe0f\x00\x07\u202e\n\t�\U000e0067\ud800"), max_size=30
)
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def cover(text: str = "Campaigns", chart: Chart | None = None, rows: int = 1) -> Cover:
    return Cover(text, text, [("Range", text), ("Search", text)], AT, BERLIN, chart, rows)


def make(rows: list[tuple[str, int]], **over: object) -> PdfReader:
    file = PdfFile(COLUMNS, cover(rows=len(rows), **over))  # type: ignore[arg-type]
    file.add(rows)
    return PdfReader(io.BytesIO(file.finish()), strict=True)


@given(ANY, ANY)
@SLOW
def test_any_text_makes_a_file_that_can_be_read(title: str, name: str) -> None:
    made = make([(name, 1), ("end of it", 2)], text=title)
    assert "end of it" in made.pages[-1].extract_text()


def test_every_character_has_a_glyph_or_none() -> None:
    """All of Unicode, one by one: nothing raises, and nothing has a width that breaks a line."""
    for code in [*range(0x20000), *range(0xE0000, 0xE0200), 0x10FFFF]:
        assert all(0 <= one.width <= 4 for one in glyphs(chr(code))), hex(code)


@pytest.mark.parametrize("text", ["Grüße", "Ελλάδα", "Весна", "שלום", "مرحبا", "สวัสดี", "₹ € →"])
def test_the_embedded_fonts_know_the_script(text: str) -> None:
    assert UNKNOWN not in "".join(one.text for one in glyphs(text))


def test_an_emoji_is_one_unknown_character() -> None:
    assert [one.text for one in glyphs("a🚀\ufe0fb")] == ["a", UNKNOWN, "b"]


def test_the_page_tells_range_filters_zone_and_time() -> None:
    text = make([("Spring sale", 1204)]).pages[0].extract_text()
    for told in ("Range", "Search", "Europe/Berlin", "2026-11-22 19:30 (+0100)", "Spring sale", "1,204", "Page 1 of"):
        assert told in text
    assert "never on paper" not in text


def test_heads_repeat_and_the_number_of_pages_is_known() -> None:
    made = make([(f"Campaign {n}", n) for n in range(200)])
    assert len(made.pages) > 3
    for number, page in enumerate(made.pages, start=1):
        text = page.extract_text()
        assert "Sent at" in text
        assert f"Page {number} of" in text
    total = made.pages[0]["/Resources"]["/XObject"]  # type: ignore[index]
    drawn = next(iter(total.values())).get_object()
    assert drawn.get_data()  # the form that holds the number
    texts = "".join(page.extract_text() for page in made.pages)
    assert all(f"Campaign {n}\n" in texts or f"Campaign {n} " in texts for n in range(200))


def test_what_is_too_long_ends_by_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_PAGES", 2)
    file = PdfFile(COLUMNS, cover(rows=900))
    file.add((f"Campaign {n}", n) for n in range(900))
    assert file.is_full
    made = PdfReader(io.BytesIO(file.finish()), strict=True)
    assert len(made.pages) == 2
    assert f"Campaign {file.rows - 1}" in made.pages[1].extract_text()
    assert f"{file.rows} of 900" in made.pages[1].extract_text()


def test_nothing_is_a_page_too() -> None:
    assert "Nothing matches" in make([]).pages[0].extract_text()


def test_the_file_says_what_it_is() -> None:
    told = make([("x", 1)]).metadata
    assert told is not None
    assert (told.title, told.author) == ("Campaigns – Campaigns", "Mailwarden")
    assert told.subject == "Range: Campaigns; Search: Campaigns"


@given(ANY, st.floats(1, 300), st.integers(1, 4))
def test_lines_fit(text: str, width: float, most: int) -> None:
    lines = wrap(text, width, 7, most)
    assert 1 <= len(lines) <= most
    assert all(width_of(line) * 7 <= width + 0.001 or len(line) <= 2 for line in lines)


DAYS = st.dictionaries(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.floats(0, 1e9), max_size=30)


@given(DAYS, DAYS)
@SLOW
def test_a_chart_loses_nothing_and_can_be_drawn(sent: dict[date, float], opened: dict[date, float]) -> None:
    chart = make_chart("E-mails", [Series("Sent", sent), Series("Opened", opened)])
    if chart is None:
        return
    assert len(chart.days) <= MOST_POINTS or chart.step == "year"
    for given_points, (_, drawn) in zip((sent, opened), chart.series, strict=True):
        assert sum(drawn) == pytest.approx(sum(given_points.values()))
    assert nice(chart.highest) >= chart.highest
    make([("x", 1)], chart=chart)


def test_days_without_anything_are_drawn_as_such() -> None:
    chart = make_chart("Syncs", [Series("Failed", {date(2026, 1, 1): 2.0, date(2026, 1, 4): 1.0})])
    assert chart is not None
    assert (chart.step, chart.series) == ("day", [("Failed", [2.0, 0.0, 0.0, 1.0])])
    assert chart.days[-1] - chart.days[0] == timedelta(days=3)

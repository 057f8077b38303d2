"""What is written can be read back, whatever it was, and no cell begins as a formula does."""

import csv
import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.csv import BLANK, FORMULA, cell, text_of
from mailwarden.exports.columns import Cell, Column, Unit
from mailwarden.exports.csv_file import BOM, CsvFile
from tests.exports.payloads import payloads

BERLIN = ZoneInfo("Europe/Berlin")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))  # what PostgreSQL can hold
HARD = st.text(st.sampled_from(list("=+-@'\"\t\r\n,; a\ufeff\xa0＝")), max_size=6)


def columns(*units: Unit) -> list[Column]:
    return [Column(f"C{n}", unit, lambda row, n=n: row[n]) for n, unit in enumerate(units)]  # type: ignore[misc]


def read(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))


def written(rows: list[list[Cell]], *units: Unit, bom: bool = True) -> bytes:
    file = CsvFile(columns(*units), BERLIN, bom=bom)
    return file.head() + file.body(rows)


@given(st.lists(st.lists(TEXT | HARD, min_size=3, max_size=3), max_size=8))
def test_any_text_comes_back(rows: list[list[str]]) -> None:
    found = read(written([list(row) for row in rows], Unit.TEXT, Unit.TEXT, Unit.TEXT))[1:]
    assert [[text_of(one) for one in row] for row in found] == rows


@given(TEXT | HARD)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    made = cell(text)
    assert not made.startswith(FORMULA)
    for piece in re.split("[;\t\r\n]", made):
        assert not piece.lstrip(BLANK + '"').startswith(tuple("=+-@"))
    assert text_of(made) == text


@given(TEXT | HARD, TEXT | HARD)
def test_two_texts_are_never_written_alike(one: str, other: str) -> None:
    assert (cell(one) == cell(other)) == (one == other)


def test_every_payload_is_marked_and_comes_back() -> None:
    texts = payloads()
    found = [row[0] for row in read(written([[text] for text in texts], Unit.TEXT))[1:]]
    assert [text_of(one) for one in found] == texts
    assert not [one for one in found if one.lstrip(" \t\r\n\xa0\ufeff\u200b").startswith(FORMULA)]


@given(st.lists(st.lists(TEXT | HARD, min_size=2, max_size=2), max_size=5), st.integers(0, 5))
def test_it_makes_no_difference_where_batches_end(rows: list[list[str]], cut: int) -> None:
    file = CsvFile(columns(Unit.TEXT, Unit.TEXT), BERLIN, bom=False)
    assert file.body(rows[:cut]) + file.body(rows[cut:]) == file.body(rows)


def test_lines_end_and_quotes_stand_as_rfc_4180_says() -> None:
    made = written([['say "hi"', "a,b"], ["two\r\nlines", None]], Unit.TEXT, Unit.TEXT, bom=False)
    assert made == b'C0,C1\r\n"say ""hi""","a,b"\r\n"two\r\nlines",\r\n'


def test_numbers_stay_numbers_and_times_tell_their_zone() -> None:
    at = datetime(2026, 3, 29, 0, 59, 59, 999, UTC)
    row: list[Cell] = [-5, -0.123456789, at, True, 1.5, None]
    units = (Unit.COUNT, Unit.SHARE, Unit.TIME, Unit.YES_NO, Unit.SECONDS, Unit.COUNT)
    assert read(written([row], *units)) == [
        ["C0", "C1 (%)", "C2", "C3", "C4 (s)", "C5"],
        ["-5", "-12.3457", "2026-03-29T01:59:59+01:00", "yes", "1.5", ""],
    ]
    later = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # the clocks go forward
    assert read(written([[later]], Unit.TIME))[1] == ["2026-03-29T03:00:00+02:00"]


@pytest.mark.parametrize("bom", [True, False])
def test_the_mark_of_utf_8_is_a_choice(bom: bool) -> None:
    made = written([["ä"]], Unit.TEXT, bom=bom)
    assert made.startswith(BOM.encode()) == bom
    assert made.removeprefix(BOM.encode()) == "C0\r\nä\r\n".encode()

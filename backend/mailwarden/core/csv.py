"""CSV that spreadsheets show and never run (RFC 4180; OWASP: CSV injection).

Where a cell could begin as a formula an apostrophe is put in front: at the start of a text, and inside of it after what
a spreadsheet may be told, or may believe by its country, to separate cells: a semicolon, a tab, the end of a line. What
has an apostrophe there already gets another one. So nothing is lost: ``text_of`` takes away exactly what was put in.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What starts a formula in some spreadsheet, full-width forms included.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
MARK = "'"
# Some spreadsheets look past these before they decide what a cell is.
BLANK = "".join(
    map(chr, (*range(0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x2010), *range(0x2028, 0x2030)))
)
BLANK += "\u205f\u2060\u3000\ufeff"
_HARMLESS = re.compile("\\w[^;\t\r\n]*")  # most of what there is
_PAST = f'[{re.escape(BLANK)}"]*'
_BEGINS = "(?=['=+\\-@＝＋－＠])"
_UNMARKED = re.compile(f"([;\t\r\n]{_PAST}){_BEGINS}")
_MARKED = re.compile(f"([;\t\r\n]{_PAST}){MARK}{_BEGINS}")


def cell(value: object) -> str:
    """Numbers may be negative; only text can be meant as a formula."""
    if value is None:
        return ""
    return _marked(value) if isinstance(value, str) else str(value)


def _marked(text: str) -> str:
    if _HARMLESS.fullmatch(text):
        return text
    inside = _UNMARKED.sub(rf"\1{MARK}", text)
    begins = text.startswith((MARK, *FORMULA)) or text.lstrip(BLANK + '"').startswith(FORMULA)
    return MARK + inside if begins else inside


def text_of(cell: str) -> str:
    """The text that ``cell`` stands for. For programs that read our files, and for tests."""
    return _MARKED.sub(r"\1", cell.removeprefix(MARK))


def lines(rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([cell(one) for one in row] for row in rows)
    return written.getvalue()

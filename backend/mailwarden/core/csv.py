"""CSV that spreadsheets show and never run (RFC 4180; OWASP: CSV injection)."""

import csv
import io
from collections.abc import Iterable, Sequence

# What starts a formula in some spreadsheet, full-width forms included.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def cell(value: object) -> str:
    """Numbers may be negative; only text can be meant as a formula."""
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([cell(one) for one in row] for row in rows)
    return written.getvalue()

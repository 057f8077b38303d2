"""Rows as CSV (RFC 4180, UTF-8). How cells are kept from being formulas: ``core/csv.py``."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from mailwarden.core import csv
from mailwarden.exports.columns import Column, plain

BOM = "\ufeff"  # without it Excel takes the file for one of the machine's old code page


class CsvFile:
    """Holds nothing of what it wrote."""

    def __init__(self, columns: Sequence[Column], zone: ZoneInfo, *, bom: bool) -> None:
        self._columns, self._zone, self._bom = columns, zone, bom

    def head(self) -> bytes:
        titles = csv.lines([[column.head for column in self._columns]])
        return ((BOM if self._bom else "") + titles).encode()

    def body(self, rows: Iterable[Any]) -> bytes:
        return csv.lines(
            [plain(column.unit, column.value(row), self._zone) for column in self._columns] for row in rows
        ).encode()

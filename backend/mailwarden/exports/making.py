"""A report into a file: the same for small ones, which are the answer, and large ones, which a job makes."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mailwarden.core.api import Wire
from mailwarden.exports.csv_file import CsvFile
from mailwarden.exports.report import Reading, Report

if TYPE_CHECKING:
    from mailwarden.exports.pdf.document import PdfFile


class Maker(Protocol):
    """What it writes comes out piece by piece, or all at the end."""

    @property
    def rows(self) -> int: ...

    @property
    def is_full(self) -> bool: ...

    def head(self) -> bytes: ...

    def add(self, rows: Iterable[Any]) -> bytes: ...

    def finish(self) -> bytes: ...


class CsvMaker:
    is_full = False

    def __init__(self, file: CsvFile) -> None:
        self._file, self.rows = file, 0

    def head(self) -> bytes:
        return self._file.head()

    def add(self, rows: Iterable[Any]) -> bytes:
        some = list(rows)
        self.rows += len(some)
        return self._file.body(some)

    def finish(self) -> bytes:
        return b""


class PdfMaker:
    def __init__(self, file: "PdfFile") -> None:
        self._file = file

    @property
    def rows(self) -> int:
        return self._file.rows

    @property
    def is_full(self) -> bool:
        return self._file.is_full

    def head(self) -> bytes:
        return b""

    def add(self, rows: Iterable[Any]) -> bytes:
        self._file.add(rows)
        return b""

    def finish(self) -> bytes:
        return self._file.finish()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made."""

    report: Report
    wanted: Wire
    format: str
    bom: bool
    organization: str
    rows: int  # as counted


async def maker_of(reading: Reading, order: Order) -> Maker:
    report = order.report
    if order.format == "csv":
        return CsvMaker(CsvFile(report.columns, reading.zone, bom=order.bom))
    return await _paged(reading, order)


async def _paged(reading: Reading, order: Order) -> Maker:
    """What lays out pages is loaded by who wants some, not by every process at its start."""
    from mailwarden.exports.pdf.document import Cover, PdfFile  # noqa: PLC0415

    report = order.report
    cover = Cover(
        title=report.title,
        organization=order.organization,
        told=await report.told(reading, order.wanted),
        made_at=reading.now,
        zone=reading.zone,
        chart=await report.chart(reading, order.wanted),
        rows=order.rows,
    )
    return PdfMaker(await asyncio.to_thread(PdfFile, report.columns, cover))


async def pieces(reading: Reading, order: Order, maker: Maker) -> AsyncIterator[bytes]:
    """In threads: laying out a page takes long enough to keep everything else waiting."""
    yield maker.head()
    async for rows in order.report.batches(reading, order.wanted):
        yield await asyncio.to_thread(maker.add, rows)
        if maker.is_full:
            break
    yield await asyncio.to_thread(maker.finish)

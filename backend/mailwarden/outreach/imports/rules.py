"""What a file of recipients is: its encoding, what separates its cells, its columns, and each row on its own. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from mailwarden.core.csv import cell as safe_cell
from mailwarden.core.csv import text_of
from mailwarden.outreach.people.rules import address_of
from mailwarden.outreach.personal.rules import field_name

DELIMITERS: Final = (",", ";", "\t", "|")
LOOKED_AT: Final = 50  # rows, to find out what separates cells
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 2000
ADDRESS, NAME, ZONE = "address", "name", "zone"
_ADDRESS_HEADINGS: Final = frozenset({"email", "e_mail", "mail", "address", "email_address", "e_mail_address"})
_NAME_HEADINGS: Final = frozenset({"name", "full_name", "display_name"})
_ZONE_HEADINGS: Final = frozenset({"zone", "time_zone", "timezone", "tz"})
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class NotCsv(ValueError):
    """Says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was understood. ``begins``: the first row that is data, counted from 1 as a spreadsheet does."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    begins: int


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    address: str
    name: str
    fields: Mapping[str, str]
    zone: str | None


@dataclass(frozen=True, slots=True)
class Wrong:
    code: str
    detail: str


def understand(content: bytes) -> tuple[Table, str]:
    """With its text. Raises NotCsv."""
    encoding, text = decode(content)
    delimiter = delimiter_of(text)
    first = next(_rows(text, delimiter), None)
    if first is None:
        raise NotCsv("The file is empty.")
    if len(first.cells) > MOST_COLUMNS:
        raise NotCsv(f"The file has {len(first.cells)} columns; {MOST_COLUMNS} are allowed.")
    headed = not any(address_of(cell) for cell in first.cells)
    return Table(encoding, delimiter, _columns(first.cells, headed=headed), first.number + headed), text


def decode(content: bytes) -> tuple[str, str]:
    """UTF-8 or UTF-16, else what Windows writes in the West, in which every text of bytes means something."""
    marked = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    for encoding in (marked or "utf-8", "cp1252"):
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "latin-1", content.decode("latin-1")


def delimiter_of(text: str) -> str:
    """That which cuts most of the first rows into equally many cells, more than one, and none inside of quotes."""
    head = "".join(text.splitlines(keepends=True)[:LOOKED_AT])
    return max(DELIMITERS, key=lambda one: _evenness(head, one))


def _evenness(head: str, delimiter: str) -> tuple[int, int, int]:
    try:
        rows = list(_rows(head, delimiter))
    except NotCsv:
        return 0, 0, 0
    widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not widths:
        return 0, 0, 0
    width = max(widths, key=lambda one: (widths[one], one))
    torn = sum('"' in cell for row in rows for cell in row.cells)
    return widths[width], -torn, width


def _rows(text: str, delimiter: str) -> Iterator[Line]:
    """Blank ones are left out and counted. Raises NotCsv."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                yield Line(number, tuple(_plain(cell) for cell in cells))
    except csv.Error as exc:
        raise NotCsv(f"Near line {reader.line_num}: {exc}.") from exc


def _plain(cell: str) -> str:
    """Without what a program put in front so that no spreadsheet runs it, and without NUL, which nothing can store."""
    text = cell.strip().replace("\x00", "")
    meant = text_of(text)
    return meant.strip() if safe_cell(meant) == text else text


def _columns(cells: Sequence[str], *, headed: bool) -> tuple[str, ...]:
    """Each name once: what comes again is told apart by its number."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = (cell if headed else "")[:100] or f"Column {place}"
        told = (name if number == 1 else f"{name} ({number})" for number in count(1))
        names.append(next(one for one in told if one not in names))
    return tuple(names)


def lines_of(table: Table, text: str) -> Iterator[Line]:
    """The rows of data. Raises NotCsv, also in the middle of a file."""
    return (line for line in _rows(text, table.delimiter) if line.number >= table.begins)


def suggested(columns: Sequence[str], sample: Sequence[Line]) -> dict[str, str]:
    """A target for each column that one can be guessed for."""
    mapping: dict[str, str] = {}
    for column in columns:
        name = field_name(column)
        free = set(mapping.values())
        if name in _ADDRESS_HEADINGS and ADDRESS not in free:
            mapping[column] = ADDRESS
        elif name in _NAME_HEADINGS and NAME not in free:
            mapping[column] = NAME
        elif name in _ZONE_HEADINGS and ZONE not in free:
            mapping[column] = ZONE
        elif name and name not in free and name not in (ADDRESS, NAME, ZONE) and not column.startswith("Column "):
            mapping[column] = name
    if ADDRESS not in mapping.values() and (found := _looks_like_addresses(columns, sample)):
        mapping[found] = ADDRESS
    return mapping


def _looks_like_addresses(columns: Sequence[str], sample: Sequence[Line]) -> str | None:
    for place, column in enumerate(columns):
        cells = [line.cells[place] for line in sample if len(line.cells) > place]
        if cells and sum(address_of(cell) is not None for cell in cells) * 2 > len(cells):
            return column
    return None


def person_of(line: Line, columns: Sequence[str], mapping: Mapping[str, str], zones: frozenset[str]) -> Person | Wrong:
    """``mapping``: column → `address`, `name`, `zone` or a field. A row may be shorter than the heading."""
    if len(line.cells) > len(columns):
        return Wrong("too_many_cells", f"{len(line.cells)} cells, and the heading has {len(columns)}.")
    found = {mapping[column]: cell for column, cell in zip(columns, line.cells, strict=False) if column in mapping}
    longest = max((len(cell) for cell in found.values()), default=0)
    if longest > LONGEST_CELL:
        return Wrong("too_long", f"A cell has {longest:,} characters; {LONGEST_CELL:,} are allowed.")
    written = found.pop(ADDRESS, "")
    address = address_of(written)
    if address is None:
        return Wrong(
            "invalid_address", f"“{written[:80]}” is no e-mail address." if written else "The address is missing."
        )
    zone = found.pop(ZONE, "") or None
    if zone is not None and zone not in zones:
        return Wrong("unknown_zone", f"“{zone[:80]}” is not a time zone of the IANA database.")
    name = found.pop(NAME, "")
    return Person(address, name[:200], {key: cell for key, cell in found.items() if cell}, zone)

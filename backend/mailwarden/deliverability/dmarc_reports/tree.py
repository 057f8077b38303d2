"""Reads the XML of a report with expat: no document type, so no entity of its own, no matter how small the file.

Elements go by their local names: reports come with the namespace of RFC 9990, that of RFC 7489, with others, or with
none. Each record is handed on when it ends, and nothing of the rest is kept but plain text. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat  # what is dangerous of it is refused below

from mailwarden.deliverability.dmarc_reports.refusing import refused

DEEPEST = 12  # elements in each other; a report needs five
LONGEST = 4000  # characters of one element
MOST_IN_ONE = 1000  # elements of one record, or of all that is beside the records
MOST_ELEMENTS = 1_000_000  # in all; 20,000 records with six signatures each have fewer
MOST_NAMES = 500  # of elements and attributes; each is remembered until the end, and a report has some forty
PIECE = 16 << 10  # bytes
LARGEST_TAG = 2 * PIECE  # with its attributes, which are read even though nobody needs them
RECORD = "record"


@dataclass(slots=True)
class Node:
    name: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        return [one for one in self.children if one.name == name]

    def first(self, name: str) -> "Node":
        """An empty one where there is none."""
        return next((one for one in self.children if one.name == name), Node(name))

    def word(self, name: str) -> str:
        return self.first(name).text.strip()


def read_tree(xml: bytes, on_record: Callable[[Node], None]) -> Node:
    """The root without its records. Raises Invalid."""
    reading = _Reading(on_record)
    try:
        reading.read(xml)
    except expat.ExpatError as exc:
        raise refused(f"The XML is broken in line {exc.lineno}: {expat.ErrorString(exc.code)}.") from exc
    except (LookupError, ValueError) as exc:
        raise refused("The XML is written in an encoding that nobody knows.") from exc
    if reading.root is None:
        raise refused("The XML is empty.")
    return reading.root


class _Reading:
    def __init__(self, on_record: Callable[[Node], None]) -> None:
        self.root: Node | None = None
        self._on_record = on_record
        self._open: list[Node] = []
        self._all = self._beside = self._within = 0
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(None, None, self._names)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, xml: bytes) -> None:
        """Piece by piece: what expat has not begun to tell of by the end of one is part of a tag or comment."""
        for begin in range(0, len(xml), PIECE):
            self._parser.Parse(xml[begin : begin + PIECE], False)
            if begin + PIECE - self._parser.CurrentByteIndex > LARGEST_TAG:
                raise refused(f"The XML has a tag or comment of more than {LARGEST_TAG >> 10} KiB.")
        self._parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise refused("The XML declares a document type, which no report does.")

    def _start(self, name: str, _: object) -> None:
        node = Node(name.rpartition(":")[2])
        if self.root is None:
            self.root = node
        elif len(self._open) >= DEEPEST:
            raise refused("The XML holds elements within elements deeper than any report.")
        self._count(node)
        self._open.append(node)

    def _count(self, node: Node) -> None:
        self._all += 1
        if len(self._open) == 1 and node.name == RECORD:
            self._within = 0
        elif len(self._open) > 1 and self._open[1].name == RECORD:
            self._within += 1
        else:
            self._beside += 1
        too_many = max(self._within, self._beside) > MOST_IN_ONE or self._all > MOST_ELEMENTS
        if too_many or len(self._names) > MOST_NAMES:
            raise refused("The XML holds more elements than a report has.")

    def _text(self, text: str) -> None:
        if text.isspace():  # between thousands of records
            return
        node = self._open[-1]
        if len(node.text) + len(text) > LONGEST:
            raise refused(f"The XML has a text of more than {LONGEST} characters.")
        node.text += text

    def _end(self, _: str) -> None:
        node = self._open.pop()
        if len(self._open) == 1 and node.name == RECORD:
            self._on_record(node)
        elif self._open:
            self._open[-1].children.append(node)

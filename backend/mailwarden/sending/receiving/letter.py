"""A mail taken apart without trusting it: whatever is sent to us, this is quick, bounded, and raises nothing.

Headers come by ``email``'s old policy: the newer one parses addresses while it reads, and stumbles over hostile ones.
"""

import email
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from mailwarden.core.mime import CONTROL

LARGEST = 512 * 1024  # reports come first, what they return last: more need not be read
MOST_LINES = 20_000
MOST_NESTED = 24  # words that open another level; a report has about four
MOST_PARTS = 40
MOST_HEADERS = 300
LONGEST_HEADER = 16_000
LONGEST_TEXT = 32 * 1024
REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/feedback-report"})
RETURNED = frozenset({"message/rfc822", "message/global", "message/partial"})
RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})
MESSAGE_ID = re.compile(r"<[^<>@\s]{1,250}@[^<>@\s]{1,250}>")
ADDRESS = re.compile(r"[^\s<>@,;:()\"\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}")
_TAG = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"^([!-9;-~]{1,80}):[ \t]*(.*)$")


@dataclass(frozen=True, slots=True)
class Headers:
    """Names are lower-case; values hold no line end and no control character."""

    pairs: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.pairs if known == name)

    def one(self, name: str) -> str:
        """The first, or empty."""
        return next((value for known, value in self.pairs if known == name), "")

    def ids(self, *names: str) -> tuple[str, ...]:
        """The Message-IDs in these headers; of many the last, which are the nearest."""
        return tuple(found for name in names for value in self.all(name) for found in MESSAGE_ID.findall(value)[-10:])


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf. ``blocks`` are a report's groups of fields, ``returned`` the headers of the mail that came back."""

    type: str
    text: str = ""
    blocks: tuple[Headers, ...] = ()
    returned: Headers | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    headers: Headers
    type: str = "text/plain"
    report_type: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """What a person reads first, plain text before HTML."""
        plain = [part.text for part in self.parts if part.type == "text/plain"]
        return "\n".join(plain or [_untagged(part.text) for part in self.parts if part.type == "text/html"])

    @property
    def returned(self) -> Headers:
        return next((part.returned for part in self.parts if part.returned is not None), Headers())


def opened(raw: bytes) -> Letter:
    """Of more than is read here, or of what is nested without end, only the headers."""
    raw = _bounded(raw)
    lowered = raw.lower()
    whole = lowered.count(b"multipart/") + lowered.count(b"message/") <= MOST_NESTED
    if whole:
        with suppress(Exception):  # `email` knows dozens of ways to fail, RecursionError among them
            return _letter(_parsed(raw), whole=True)
    with suppress(Exception):
        return _letter(_parsed(raw.partition(b"\n\n")[0] + b"\n\n"), whole=False)
    return Letter(Headers())


def _bounded(raw: bytes) -> bytes:
    clean = raw[:LARGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    return b"\n".join(clean.split(b"\n", MOST_LINES)[:MOST_LINES])


def _parsed(raw: bytes) -> Message:
    return email.message_from_bytes(raw, policy=policy.compat32)


def _letter(message: Message, *, whole: bool) -> Letter:
    leaves = tuple(_part(leaf) for leaf in _leaves(message)) if whole else ()
    report = message.get_param("report-type", "")
    said = report if isinstance(report, str) else ""
    return Letter(_headers(message.items()), message.get_content_type(), said.lower(), leaves)


def _leaves(message: Message) -> Iterator[Message]:
    """Not into what is returned: a bounce that somebody forwards as a file is no bounce."""
    waiting, given = [message], 0
    while waiting and given < MOST_PARTS:
        one = waiting.pop(0)
        inside = one.get_payload() if one.get_content_maintype() == "multipart" else None
        if isinstance(inside, list):
            waiting[:0] = [part for part in inside[:MOST_PARTS] if isinstance(part, Message)]
        else:
            given += 1
            yield one


def _part(leaf: Message) -> Part:
    kind = leaf.get_content_type()
    if kind in REPORTS:
        return Part(kind, blocks=_blocks(leaf))
    if kind in RETURNED or kind in RETURNED_HEADERS:
        return Part(kind, returned=_returned(leaf))
    return Part(kind, text=_text(leaf) if leaf.get_content_maintype() == "text" else "")


def _blocks(leaf: Message) -> tuple[Headers, ...]:
    """Of some kinds ``email`` makes one message per block, of others only one, with the rest as its text."""
    inside = leaf.get_payload()
    found: list[Headers] = []
    blocks = inside[:MOST_HEADERS] if isinstance(inside, list) else []
    for block in (one for one in blocks if isinstance(one, Message)):
        found.append(_headers(block.items()))
        rest = block.get_payload()
        if isinstance(rest, str):
            found += [fields(one) for one in _BLANK.split(rest[:LONGEST_TEXT])]
    return tuple(one for one in found if one.pairs)


def _returned(leaf: Message) -> Headers:
    inside = leaf.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):
        return _headers(inside[0].items())
    return fields(_text(leaf))


def fields(text: str) -> Headers:
    """Header lines out of plain text, folded ones joined; ends at the first line that is none."""
    pairs: list[tuple[str, str]] = []
    for line in text.strip("\n").split("\n")[:MOST_HEADERS]:
        if line[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
        elif match := _FIELD.match(line):
            pairs.append((match[1], match[2]))
        else:
            break
    return _headers(pairs)


def _headers(items: Iterable[tuple[str, Any]]) -> Headers:
    pairs = []
    for name, value in items:
        pairs.append((cleaned(str(name))[:80].lower(), cleaned(str(value)[:LONGEST_HEADER])))
        if len(pairs) >= MOST_HEADERS:
            break
    return Headers(tuple(pairs))


def cleaned(text: str) -> str:
    """One line that any database takes."""
    return " ".join(CONTROL.sub(" ", text).split())


def _text(leaf: Message) -> str:
    """In a charset that nobody knows it is read as Latin-1: what we look for is ASCII."""
    found = leaf.get_payload(decode=True)
    content = found[: 2 * LONGEST_TEXT] if isinstance(found, bytes) else b""
    try:
        text = content.decode(leaf.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    return text[:LONGEST_TEXT]


def _untagged(html: str) -> str:
    return _TAG.sub("\n", html)


def decoded(value: str) -> str:
    """Encoded words made readable (RFC 2047); as it stands where they are broken."""
    try:
        return cleaned(str(make_header(decode_header(value[:2000]))))
    except (ValueError, LookupError, HeaderParseError):
        return value


def address_in(value: str) -> str | None:
    """The last address in it, as in ``"Sales" <a@b.example>`` or ``rfc822; a@b.example``; lower-case."""
    found = ADDRESS.findall(value[:2000])
    return found[-1].lower().strip(".'") if found else None


def addresses_in(text: str, most: int = 20) -> tuple[str, ...]:
    """Each once, in their order; lower-case."""
    found = (match[0].lower().strip(".'") for match in ADDRESS.finditer(text))
    unique: dict[str, None] = {}
    for address in found:
        unique[address] = None
        if len(unique) >= most:
            break
    return tuple(unique)

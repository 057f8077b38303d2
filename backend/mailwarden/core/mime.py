"""How text becomes the header lines and body parts of a message (RFC 5322, 2045, 2047).

Written out here instead of left to `email.message`: some Python 3.11 and 3.12 builds turn encoded words inside a
header value into real header lines (the CVE-2024-6923 family), and only newer ones check for it.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import idna

LINE = 76
HARD_LINE = 998  # RFC 5322 §2.1.1
BOUNDARY = "=_part"  # "=_" cannot occur in quoted-printable text, so no body can end its part early
MIXED = "=_file"  # nor in base64
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")

# C0 and C1 controls, DEL, the Unicode line separators and lone surrogates: none has a place in a header value.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[bqBQ]\?", re.ASCII)
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")


class UnsafeHeader(ValueError):
    """A value that could become another header line or another recipient."""


def safe(value: str) -> str:
    if CONTROL.search(value) or ENCODED_WORD.search(value):
        raise UnsafeHeader("control characters and encoded words are not allowed in a header")
    return value


def plain(value: str, limit: int = 200) -> str:
    """Somebody else's words (an account's name, …) made fit for a header instead of refused."""
    words = CONTROL.sub(" ", value).replace("=?", "= ?").split()
    text = " ".join(words)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def split_mailbox(value: str) -> tuple[str, str]:
    """(display name, ASCII address) of ``Name <address>`` or a bare address. Raises UnsafeHeader."""
    name, address = "", safe(value).strip()
    if address.endswith(">"):
        name, _, address = address[:-1].rpartition("<")
        name = name.strip()
        if len(name) > 1 and name[0] == name[-1] == '"':
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return safe(name), _address(address)


def _address(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as exc:
            raise UnsafeHeader("not a domain name") from exc
    if len(local) > 64 or not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise UnsafeHeader("not one plain mail address")
    return f"{local}@{domain}"


def checked_message_id(value: str) -> str:
    if len(value) > 250 or not MESSAGE_ID.fullmatch(safe(value)):
        raise UnsafeHeader("not a Message-ID")
    return value


def text_header(name: str, value: str) -> str:
    """Plain where the text is plain, encoded words for everything that could be read differently."""
    words = value.split(" ") if not value or _is_plain(value) else _encoded_words(value)
    return _fold(name, words)


def address_header(name: str, mailboxes: Sequence[tuple[str, str]]) -> str:
    words: list[str] = []
    for display, address in mailboxes:
        words += [*_phrase(display), f"<{address}>," if display else f"{address},"]
    words[-1] = words[-1][:-1]
    return _fold(name, words)


def token_header(name: str, value: str) -> str:
    """A structured value (ids, URLs, keywords), in which encoded words mean nothing. Raises UnsafeHeader."""
    if not _is_plain(value):
        raise UnsafeHeader(f"{name} must be short words of ASCII")
    return _fold(name, value.split(" "))


def _is_plain(value: str) -> bool:
    """Fit to be written as it is and folded at its spaces without changing it."""
    words = value.split(" ")
    fits = all(words) and max(map(len, words)) < HARD_LINE - LINE
    return value.isascii() and value.isprintable() and fits and "=?" not in value


def _phrase(display: str) -> list[str]:
    if not display:
        return []
    if not _is_plain(display) or len(display) > LINE - 2:
        return _encoded_words(display)
    escaped = re.sub(r'(["\\])', r"\\\1", display)
    return [f'"{escaped}"']


def _encoded_words(value: str) -> list[str]:
    """Base64 in whole characters, at most 75 octets a word. White space between the words is not part of the text."""
    chunks, chunk = [], b""
    for char in value:
        octets = char.encode()
        if len(chunk) + len(octets) > 42:
            chunks.append(chunk)
            chunk = b""
        chunk += octets
    return [f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in [*chunks, chunk]]


def _fold(name: str, words: Sequence[str]) -> str:
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > LINE and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str  # type/subtype
    content: bytes = field(repr=False)


def body(text: str, html: str | None, attachments: Sequence[Attachment] = ()) -> str:
    """The MIME headers and the body: one part, or text and HTML as alternatives; then files. Raises UnsafeHeader."""
    if not attachments:
        return _words_of(text, html)
    head = f'Content-Type: multipart/mixed; boundary="{MIXED}"\r\n\r\n'
    parts = [_words_of(text, html), *(_file(one) for one in attachments)]
    return head + "".join(f"--{MIXED}\r\n{part}" for part in parts) + f"--{MIXED}--\r\n"


def _file(one: Attachment) -> str:
    if not MEDIA_TYPE.fullmatch(one.media_type):
        raise UnsafeHeader("not a media type")
    name = quote(safe(one.name), safe="")  # RFC 8187: nothing of it can be read as another parameter
    coded = base64.b64encode(one.content).decode("ascii")
    lines = (coded[at : at + 76] for at in range(0, len(coded), 76))
    return (
        f"Content-Type: {one.media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n filename*=utf-8''{name}\r\n\r\n"
        + "".join(f"{line}\r\n" for line in lines)
    )


def _words_of(text: str, html: str | None) -> str:
    if html is None:
        return _part("plain", text)
    head = f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n\r\n'
    parts = "".join(f"--{BOUNDARY}\r\n{part}" for part in (_part("plain", text), _part("html", html)))
    return f"{head}{parts}--{BOUNDARY}--\r\n"


def _part(subtype: str, text: str) -> str:
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head + "".join(f"{_quoted(line)}\r\n" for line in lines_of(text))


def lines_of(text: str) -> list[str]:
    """The lines whatever ended them; the last line end is not a line of its own."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def _quoted(line: str) -> str:
    """One line in quoted-printable; only the encoder's own soft breaks are line ends in it."""
    coded = binascii.b2a_qp(line.encode(errors="replace"), istext=False).decode("ascii")
    return coded.replace("\n", "\r\n")

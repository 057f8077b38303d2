"""Files that people attach: what they are is found in their content, what they are called is made harmless."""

import re
import unicodedata
from pathlib import PurePosixPath

MOST = 5
LARGEST = 5 << 20  # bytes of one file
LARGEST_TOGETHER = 10 << 20
BEGINS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}
TEXT = "text/plain"
SUFFIXES = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    TEXT: (".txt", ".log", ".csv", ".json", ".har", ".eml"),
}
NAME_MOST = 60
# Controls, what turns the direction of reading, and what separates or means something to a file system or a shell.
UNSAFE = re.compile(r"[^\w .()+,@=-]")


def media_type_of(content: bytes) -> str | None:
    """Images, PDF and text only; None for anything else, whatever it calls itself. HTML and SVG are text here."""
    for begin, media_type in BEGINS.items():
        if content.startswith(begin):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f\x1b" for char in text)


def clean_name(name: str, media_type: str) -> str:
    """The last part of a path, in plain characters, ending as its type does."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    plain = " ".join(UNSAFE.sub("_", last).split()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    endings = SUFFIXES[media_type]
    kept = f".{suffix.lower()}" if dot and f".{suffix.lower()}" in endings else endings[0]
    stem = stem if dot and kept[1:] == suffix.lower() else plain
    return (stem[: NAME_MOST - len(kept)].rstrip(". ") or "file") + kept

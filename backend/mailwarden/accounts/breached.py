"""Passwords known from breaches, in a file of the operator's: no network call, nothing leaves the machine.

The file holds the first eight bytes of each password's SHA-1, sorted, and nothing else; `mailwarden breached-passwords`
makes it from the published lists of SHA-1 sums. Two different passwords share a prefix once in some 10^19.
"""

import hashlib
import mmap
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import BinaryIO

WIDTH = 8


def is_breached(file: Path | None, password: str) -> bool:
    """False without a file. Some 30 looks into the mapped file: a millisecond at most."""
    if file is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()  # the lists are made of it
    return _holds(_mapped(file), digest[:WIDTH])


@cache
def _mapped(file: Path) -> mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


def _holds(data: mmap.mmap, wanted: bytes) -> bool:
    low, high = 0, len(data) // WIDTH
    while low < high:
        middle = (low + high) // 2
        found = data[middle * WIDTH : (middle + 1) * WIDTH]
        if found == wanted:
            return True
        low, high = (middle + 1, high) if found < wanted else (low, middle)
    return False


class Unsorted(ValueError):
    """The list is not ordered by hash."""


def convert(lines: Iterable[str], target: BinaryIO) -> int:
    """From lines `SHA1` or `SHA1:count`, ordered by hash. How many were written. Raises Unsorted, ValueError."""
    before, written = b"", 0
    for line in lines:
        prefix = bytes.fromhex(line.strip()[: WIDTH * 2])
        if len(prefix) != WIDTH:
            raise ValueError(f"line {written + 1} holds no SHA-1 sum")
        if prefix < before:
            raise Unsorted(f"line {written + 1} stands behind a larger one: take the list ordered by hash")
        if prefix != before:
            target.write(prefix)
            written += 1
        before = prefix
    return written
